/** Registered keys as rows. Revoked ones stay: they tell what an old signature was worth. */
import type { Place } from '../place.ts'
import type { Transaction } from '../../store/index.ts'
import type { Queries } from '../sql.ts'

export type Key = {
  /** First 16 hexadecimal digits of the SHA-256 of the public key. */
  readonly id: string
  readonly name: string
  readonly pem: string
  readonly createdAt: number
  readonly revokedAt: number | null
}

/** What a key is known by in lists: how much it signed, and what last. */
export type ListedKey = Key & { readonly releases: number; readonly lastRelease: SignedLast | null }
export type SignedLast = Place & { readonly id: string; readonly acceptedAt: number }

const columns = 'id, name, public_pem AS pem, created_at AS createdAt, revoked_at AS revokedAt'

export function findKey(queries: Queries, id: string): Key | undefined {
  return queries.prepare<Key>(`SELECT ${columns} FROM deploy_key WHERE id = ?`).get(id)
}

/** Oldest first. */
export function allKeys(queries: Queries): Key[] {
  return queries.prepare<Key>(`SELECT ${columns} FROM deploy_key ORDER BY created_at, id`).all()
}

export function countReleases(queries: Queries, keyId: string): number {
  const found = queries.prepare<{ count: number }>('SELECT count(*) AS count FROM release WHERE key_id = ?').get(keyId)
  return found?.count ?? 0
}

export function lastReleaseOf(queries: Queries, keyId: string): SignedLast | undefined {
  return queries
    .prepare<SignedLast>(
      `SELECT id, project, config, accepted_at AS "acceptedAt" FROM release WHERE key_id = ?
        ORDER BY accepted_at DESC LIMIT 1`,
    )
    .get(keyId)
}

export function insertKey(tx: Transaction, { id, name, pem, createdAt }: Omit<Key, 'revokedAt'>): void {
  tx.prepare('INSERT INTO deploy_key (id, name, public_pem, created_at) VALUES (?, ?, ?, ?)').run(
    id,
    name,
    pem,
    createdAt,
  )
}

export function markRevoked(tx: Transaction, id: string, at: number): void {
  tx.prepare('UPDATE deploy_key SET revoked_at = ? WHERE id = ?').run(at, id)
}
