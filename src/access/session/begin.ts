import { appendRecord } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { codeRefused, unauthenticated } from '../errors.ts'
import { actorOfToken, holderOf } from '../token/authenticate.ts'
import { isGood, tokenById, type TokenRow } from '../token/rows.ts'
import { hashOfSecret } from '../token/secret.ts'
import { forgetExpired, insertSession, spendCode } from './rows.ts'

/** What a person signs in with; `userAgent` is what their browser calls itself. */
export type SignIn = ({ readonly code: string } | { readonly token: string }) & {
  readonly userAgent?: string | undefined
}

/**
 * A session in two halves, each told this once. Browsers send a cookie to every port of a host, so another program there, such as
 * one that is deployed, is sent it too: without the half that the page keeps it opens nothing.
 */
export type BegunSession = {
  readonly secret: string
  readonly key: string
  readonly actor: Actor
  readonly expiresAt: number
}

const sessionLivesMs = 14 * 86_400_000

/** A code is spent by this, also when its token was revoked meanwhile. @throws HoldfastError access.unauthenticated, access.code_refused */
export async function beginSession(access: Access, signIn: SignIn): Promise<BegunSession> {
  const held = 'token' in signIn ? holderOf(access, signIn.token) : undefined
  if ('token' in signIn && held === undefined) throw unauthenticated()
  const begun = await access.store.write((tx) => {
    const at = access.clock.now()
    const token = 'code' in signIn ? tokenOfCode(tx, signIn.code, at) : held
    return token?.actor_type !== 'user' ? undefined : openFor(access, tx, token, signIn.userAgent)
  })
  // Thrown after the commit: a code stays spent.
  if (begun === undefined) throw 'code' in signIn ? codeRefused() : unauthenticated()
  return begun
}

function tokenOfCode(tx: Transaction, code: string, at: number): TokenRow | undefined {
  const tokenId = spendCode(tx, hashOfSecret(code), at)
  const token = tokenId === undefined ? undefined : tokenById(tx, tokenId)
  return token !== undefined && isGood(token, at) ? token : undefined
}

const longestUserAgent = 300

function openFor(
  { clock, randomBytes }: Access,
  tx: Transaction,
  token: TokenRow,
  userAgent: string | undefined,
): BegunSession {
  const at = clock.now()
  const random = (): string => Buffer.from(randomBytes(32)).toString('base64url')
  const [secret, key] = [random(), random()]
  const id = `ses_${ulid(at, randomBytes)}`
  const expiresAt = Math.min(at + sessionLivesMs, token.expires_at ?? Infinity)
  const actor = actorOfToken(token, 'ui')
  forgetExpired(tx, at)
  insertSession(tx, {
    id,
    token_id: token.id,
    secret_hash: hashOfSecret(secret),
    key_hash: hashOfSecret(key),
    created_at: at,
    expires_at: expiresAt,
    user_agent: userAgent?.slice(0, longestUserAgent) ?? null,
  })
  appendRecord(tx, { at, actor, action: 'session.begin', subject: { type: 'session', id } })
  return { secret, key, actor, expiresAt }
}
