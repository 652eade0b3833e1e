import { appendRecord } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { codeRefused, unauthenticated } from '../errors.ts'
import { actorOfHolder, findHolder } from '../holder.ts'
import { tokenWith } from '../token/authenticate.ts'
import { hashOfSecret } from '../token/secret.ts'
import { forgetExpired, insertSession, sessionIdPrefix, spendCode } from './rows.ts'

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
  const { userAgent } = signIn
  // Nobody who guesses makes anything be written.
  if ('token' in signIn && tokenWith(access, signIn.token) === undefined) throw unauthenticated()
  const begun = await access.store.write((tx) => {
    const at = access.clock.now()
    // Looked up again for a token: what a rotation without an overlap ends begins no session after it.
    const holderId =
      'code' in signIn ? spendCode(tx, hashOfSecret(signIn.code), at) : tokenWith(access, signIn.token, tx)?.id
    const isGood = holderId !== undefined && findHolder(tx, holderId, at) !== undefined
    return isGood ? openSessionFor(access, tx, { holderId, userAgent }) : undefined
  })
  // Thrown after the commit: a code stays spent.
  if (begun === undefined) throw 'code' in signIn ? codeRefused() : unauthenticated()
  return begun
}

const longestUserAgent = 300

export type SessionMaking = {
  readonly holderId: string
  readonly userAgent: string | undefined
  /** `passkey`, `recovery code`, or the identity provider that said who it is; nothing for a password, a link and a token. */
  readonly through?: string
}

/** In the transaction that shows who they are. @throws HoldfastError access.unauthenticated when the holder is good no more */
export function openSessionFor(
  access: Access,
  tx: Transaction,
  { holderId, userAgent, through }: SessionMaking,
): BegunSession {
  const { clock, randomBytes } = access
  const at = clock.now()
  const holder = findHolder(tx, holderId, at)
  if (holder === undefined) throw unauthenticated()
  const random = (): string => Buffer.from(randomBytes(32)).toString('base64url')
  const [secret, key] = [random(), random()]
  const id = `${sessionIdPrefix}${ulid(at, randomBytes)}`
  const expiresAt = Math.min(at + sessionLivesMs, holder.expiresAt ?? Infinity)
  const actor = { ...actorOfHolder(holder, 'ui'), credential: id }
  forgetExpired(tx, at)
  insertSession(tx, {
    id,
    holder_id: holderId,
    secret_hash: hashOfSecret(secret),
    key_hash: hashOfSecret(key),
    created_at: at,
    expires_at: expiresAt,
    user_agent: userAgent?.slice(0, longestUserAgent) ?? null,
  })
  const change = through === undefined ? {} : { change: { through } }
  appendRecord(tx, { at, actor, action: 'session.begin', subject: { type: 'session', id }, ...change })
  return { secret, key, actor, expiresAt }
}
