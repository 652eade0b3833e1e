/** What a sign-in or a joining has begun with, until it goes on: one-time secrets, kept as hashes. */
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Hands, unknownHand } from '../hand/count.ts'
import { putPersonInHands } from '../hand/rows.ts'
import { hashOfSecret } from '../token/secret.ts'
import type { Queries } from './rows.ts'

export type StepKind = 'join' | 'second-factor'

export type StepRow = { readonly person_id: string; readonly sealed_totp: string | null; readonly expires_at: number }

export type NewStep = {
  readonly kind: StepKind
  readonly personId: string
  readonly sealedTotp?: string
  readonly livesMs: number
  /** Of an invitation: who has seen its link. */
  readonly hands?: Hands
}

/** The secret, told this once. Those of the same kind before it are over. */
export function beginStep(
  { clock, randomBytes }: Access,
  tx: Transaction,
  step: NewStep,
): { secret: string; expiresAt: number } {
  const { kind, personId, sealedTotp = null, livesMs, hands = [] } = step
  const now = clock.now()
  const secret = Buffer.from(randomBytes(32)).toString('base64url')
  tx.prepare('DELETE FROM access_step WHERE expires_at <= ?').run(now)
  if (kind === 'join') tx.prepare('DELETE FROM access_step WHERE person_id = ? AND kind = ?').run(personId, kind)
  tx.prepare(
    'INSERT INTO access_step (secret_hash, kind, person_id, sealed_totp, expires_at, hands) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(hashOfSecret(secret), kind, personId, sealedTotp, now + livesMs, JSON.stringify(hands))
  return { secret, expiresAt: now + livesMs }
}

/** Undefined when it is unknown, spent or over. */
export function findStep(queries: Queries, kind: StepKind, secret: string, nowMs: number): StepRow | undefined {
  return queries
    .prepare<StepRow>(
      `SELECT person_id, sealed_totp, expires_at FROM access_step
        WHERE secret_hash = ? AND kind = ? AND spent_at IS NULL AND expires_at > ?`,
    )
    .get(hashOfSecret(secret), kind, nowMs)
}

export function keepTotpOfStep(tx: Transaction, secret: string, sealedTotp: string): void {
  tx.prepare('UPDATE access_step SET sealed_totp = ? WHERE secret_hash = ?').run(sealedTotp, hashOfSecret(secret))
}

/** Of two that go on with it at once the condition lets one through. Whoever joins is in the hands of who invited them. */
export function spendStep(tx: Transaction, secret: string, nowMs: number): boolean {
  const hash = hashOfSecret(secret)
  const sql = 'UPDATE access_step SET spent_at = ? WHERE secret_hash = ? AND spent_at IS NULL AND expires_at > ?'
  if (tx.prepare(sql).run(nowMs, hash, nowMs).changes !== 1) return false
  const step = tx.prepare<SpentStep>('SELECT kind, person_id, hands FROM access_step WHERE secret_hash = ?').get(hash)
  if (step?.kind === 'join') {
    const hands = step.hands === null ? [unknownHand] : (JSON.parse(step.hands) as Hands)
    putPersonInHands(tx, step.person_id, hands, nowMs)
  }
  return true
}

type SpentStep = { readonly kind: StepKind; readonly person_id: string; readonly hands: string | null }

export const newPersonId = ({ clock, randomBytes }: Access): string => `per_${ulid(clock.now(), randomBytes)}`
