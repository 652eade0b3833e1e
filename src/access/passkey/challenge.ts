/** What an authenticator is asked to sign: made here, kept as a hash in the database, so by whichever node it comes back, taken once. */
import { z } from 'zod'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { hashOfSecret } from '../token/secret.ts'
import type { RelyingParty } from './relying-party.ts'

export type Purpose = 'join' | 'add' | 'sign-in'

export type Challenge = {
  readonly purpose: Purpose
  /** The hash of an invitation's code, the id of a session, the name somebody has typed; empty: any name. */
  readonly boundTo: string
  readonly origin: string
}

export const challengeLivesMs = 5 * 60_000

/** Told this once. In the transaction that looks at what it is bound to. */
export function makeChallenge(
  { clock, randomBytes }: Access,
  tx: Transaction,
  { purpose, boundTo, party }: Omit<Challenge, 'origin'> & { readonly party: RelyingParty },
): Uint8Array {
  const [bytes, at] = [randomBytes(32), clock.now()]
  const hash = hashOfSecret(Buffer.from(bytes).toString('base64url'))
  tx.prepare('DELETE FROM access_challenge WHERE expires_at <= ?').run(at)
  tx.prepare('INSERT INTO access_challenge (hash, purpose, bound_to, origin, expires_at) VALUES (?, ?, ?, ?, ?)').run(
    hash,
    purpose,
    boundTo,
    party.origin,
    at + challengeLivesMs,
  )
  return bytes
}

/**
 * Spends the one that a browser says was signed, whatever comes of it. Undefined when it is unknown, spent or over. Of two that bring it at
 * once the deletion lets one through.
 */
export async function spendChallenge(
  { store, clock }: Access,
  clientDataJson: string,
): Promise<(Challenge & { readonly hash: string }) | undefined> {
  const given = challengeIn(clientDataJson)
  if (given === undefined) return undefined
  const hash = hashOfSecret(given)
  return store.write((tx) => {
    const row = tx
      .prepare<{ purpose: Purpose; bound_to: string; origin: string }>(
        'SELECT purpose, bound_to, origin FROM access_challenge WHERE hash = ? AND expires_at > ?',
      )
      .get(hash, clock.now())
    if (tx.prepare('DELETE FROM access_challenge WHERE hash = ?').run(hash).changes !== 1) return undefined
    return row === undefined ? undefined : { hash, purpose: row.purpose, boundTo: row.bound_to, origin: row.origin }
  })
}

const clientData = z.object({ challenge: z.string().max(500) })

function challengeIn(clientDataJson: string): string | undefined {
  try {
    return clientData.safeParse(JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'))).data?.challenge
  } catch {
    // No JSON: signed by nobody.
    return undefined
  }
}
