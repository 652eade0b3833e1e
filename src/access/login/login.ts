/** A command line asks to sign in, a person says yes in the console, and it gets a token of theirs. */
import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { loginMissing, loginOver, loginRefused, nobodysOwn } from '../errors.ts'
import type { Grant } from '../grant.ts'
import { type Hands, unknownHand } from '../hand/count.ts'
import { handsOf } from '../hand/rows.ts'
import { findHolder } from '../holder.ts'
import { holderBehind, requireStill } from '../still.ts'
import { makeToken } from '../token/create.ts'
import { hashOfSecret } from '../token/secret.ts'
import { decideRow, insertLogin, loginByCode, loginByDevice, type LoginRow, takeRow } from './rows.ts'

/** `device` is for the command line alone; `code` is shown on both sides. */
export type AskedLogin = { readonly device: string; readonly code: string; readonly expiresAt: number }

/** As the person who decides sees it. */
export type PendingLogin = {
  readonly code: string
  readonly name: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** `secret` is told this once. */
export type TakenLogin = {
  readonly id: string
  readonly secret: string
  readonly person: string
  readonly grants: readonly Grant[]
  readonly expiresAt: number
}

const askingLivesMs = 10 * 60_000
const tokenLivesMs = 90 * 86_400_000
/** Twenty letters that nobody takes for others, and that make no words. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** `name`: what the command line runs on, as its owner knows it. */
export async function askToLogIn(access: Access, name: string): Promise<AskedLogin> {
  const { randomBytes, clock, store } = access
  const device = Buffer.from(randomBytes(32)).toString('base64url')
  const code = newCode(randomBytes)
  const at = clock.now()
  const expiresAt = at + askingLivesMs
  await store.write((tx) => insertLogin(tx, { deviceHash: hashOfSecret(device), code, name, createdAt: at, expiresAt }))
  return { device, code, expiresAt }
}

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.login_missing */
export function findLogin(access: Access, actor: Actor, code: string): PendingLogin {
  requirePermission(actor, 'token.own')
  if (actor.person === undefined) throw nobodysOwn()
  const { name, created_at: createdAt, expires_at: expiresAt } = pending(access, loginByCode(access.store.read, code))
  return { code, name, createdAt, expiresAt }
}

export type LoginDecision = { readonly code: string; readonly verdict: 'allow' | 'refuse' }

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.login_missing */
export async function decideLogin(access: Access, actor: Actor, { code, verdict }: LoginDecision): Promise<void> {
  requirePermission(actor, 'token.own')
  const { person } = actor
  if (person === undefined) throw nobodysOwn()
  await access.store.write((tx) => {
    requireStill(access, tx, actor, 'token.own')
    const at = access.clock.now()
    const { name } = pending(access, loginByCode(tx, code))
    const hands = handsOf(tx, actor, at)
    const credential = actor.credential ?? null
    const decision = { personId: verdict === 'allow' ? person : null, hands, credential, at }
    if (!decideRow(tx, code, decision)) throw loginMissing(code)
    const subject = { type: 'person', id: person }
    appendRecord(tx, { at, actor, action: 'login.decide', subject, change: { verdict, name } })
  })
}

/** Undefined while nobody has decided. The token is handed out once. @throws HoldfastError access.login_over, access.login_refused */
export async function takeLogin(access: Access, device: string): Promise<TakenLogin | undefined> {
  const deviceHash = hashOfSecret(device)
  const asked = loginByDevice(access.store.read, deviceHash)
  if (asked?.decided_at === null && asked.expires_at > access.clock.now()) return undefined
  return access.store.write((tx) => {
    const at = access.clock.now()
    const login = loginByDevice(tx, deviceHash)
    if (login === undefined || login.expires_at <= at || login.decided_at === null) throw loginOver()
    if (login.person_id === null) throw loginRefused()
    const holder = findHolder(tx, login.person_id, at)
    // Who said yes may have been put out since: a thief's yes is none of its owner.
    if (login.credential !== null && holderBehind(tx, login.credential, at) === undefined) throw loginOver()
    if (holder === undefined || !takeRow(tx, deviceHash, at)) throw loginOver()
    const { grants, id: person, name } = holder
    const by = { type: 'user', id: person, via: 'api' } as const
    const expiresAt = at + tokenLivesMs
    // Of who said yes, then: a session of theirs, or a token that is in more hands.
    const hands = login.hands === null ? [unknownHand] : (JSON.parse(login.hands) as Hands)
    const made = makeToken(access, tx, { name: login.name, holder: { grants, person }, expiresAt, by, hands })
    return { id: made.id, secret: made.secret, person: name, grants, expiresAt }
  })
}

function pending({ clock }: Access, login: LoginRow | undefined): LoginRow {
  if (login !== undefined && login.decided_at === null && login.expires_at > clock.now()) return login
  throw loginMissing(login?.code ?? '')
}

/** Each letter as likely as any other: bytes that would favour the first ones are left out. */
function newCode(randomBytes: Access['randomBytes']): string {
  const fair = 256 - (256 % letters.length)
  let code = ''
  while (code.length < 8) {
    for (const byte of randomBytes(16)) if (byte < fair && code.length < 8) code += letters[byte % letters.length] ?? ''
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
