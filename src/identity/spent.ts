import { createHash } from 'node:crypto'
import type { Transaction } from '../store/index.ts'

export type Spent = {
  /** What kind of thing it is, and which. */
  readonly parts: readonly string[]
  readonly nowMs: number
  /** From then on it is refused for its age anyway. */
  readonly expiresAt: number
}

/** False when it was used before. Of two that bring it at once the key of the table lets one through. */
export function spendOnce(tx: Transaction, { parts, nowMs, expiresAt }: Spent): boolean {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  tx.prepare('DELETE FROM identity_spent WHERE expires_at <= ?').run(nowMs)
  const sql = 'INSERT INTO identity_spent (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING'
  return tx.prepare(sql).run(hash, expiresAt).changes === 1
}
