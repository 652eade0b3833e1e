/** What a sign-in or a joining has begun with, until it goes on: one-time secrets, kept as hashes. */
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { hashOfSecret } from '../token/secret.ts'
import type { Queries } from './rows.ts'

export type StepKind = 'join' | 'second-factor'

export type StepRow = { readonly person_id: string; readonly sealed_totp: string | null; readonly expires_at: number }

export type NewStep = {
  readonly kind: StepKind
  readonly personId: string
  readonly sealedTotp?: string
  readonly livesMs: number
}

/** The secret, told this once. Those of the same kind before it are over. */
export function beginStep(
  { clock, randomBytes }: Access,
  tx: Transaction,
  step: NewStep,
): { secret: string; expiresAt: number } {
  const { kind, personId, sealedTotp = null, livesMs } = step
  const now = clock.now()
  const secret = Buffer.from(randomBytes(32)).toString('base64url')
  tx.prepare('DELETE FROM access_step WHERE expires_at <= ?').run(now)
  if (kind === 'join') tx.prepare('DELETE FROM access_step WHERE person_id = ? AND kind = ?').run(personId, kind)
  tx.prepare(
    'INSERT INTO access_step (secret_hash, kind, person_id, sealed_totp, expires_at) VALUES (?, ?, ?, ?, ?)',
  ).run(hashOfSecret(secret), kind, personId, sealedTotp, now + livesMs)
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

/** Of two that go on with it at once the condition lets one through. */
export function spendStep(tx: Transaction, secret: string, nowMs: number): boolean {
  const sql = 'UPDATE access_step SET spent_at = ? WHERE secret_hash = ? AND spent_at IS NULL AND expires_at > ?'
  return tx.prepare(sql).run(nowMs, hashOfSecret(secret), nowMs).changes === 1
}

export const newPersonId = ({ clock, randomBytes }: Access): string => `per_${ulid(clock.now(), randomBytes)}`
