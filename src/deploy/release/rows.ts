/** Releases as rows: as they were signed, for ever. */
import type { Transaction } from '../../store/index.ts'
import type { Place } from '../place.ts'
import type { Queries } from '../sql.ts'

export type StoredRelease = Place & {
  readonly id: string
  readonly target: string
  readonly digest: string
  /** Canonical JSON. */
  readonly document: string
  readonly keyId: string
  readonly signature: string
  readonly signedAt: number
  readonly acceptedAt: number
}

const columns = `id, project, config, target, digest, document, key_id AS keyId, signature, signed_at AS signedAt,
  accepted_at AS acceptedAt`

export function insertRelease(tx: Transaction, release: StoredRelease): void {
  tx.prepare(
    `INSERT INTO release (id, project, config, target, digest, document, key_id, signature, signed_at, accepted_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    release.id,
    release.project,
    release.config,
    release.target,
    release.digest,
    release.document,
    release.keyId,
    release.signature,
    release.signedAt,
    release.acceptedAt,
  )
}

export function findRelease(queries: Queries, id: string): StoredRelease | undefined {
  return queries.prepare<StoredRelease>(`SELECT ${columns} FROM release WHERE id = ?`).get(id)
}

export function releaseByDigest(queries: Queries, digest: string): StoredRelease | undefined {
  return queries.prepare<StoredRelease>(`SELECT ${columns} FROM release WHERE digest = ?`).get(digest)
}

/** When the newest release ever accepted in a place was signed. */
export function newestSignedAt(queries: Queries, { project, config }: Place): number | undefined {
  const sql = 'SELECT max(signed_at) AS newest FROM release WHERE project = ? AND config = ?'
  return queries.prepare<{ newest: number | null }>(sql).get(project, config)?.newest ?? undefined
}

export const targetOfRelease = (queries: Queries, id: string): string | undefined =>
  queries.prepare<{ target: string }>('SELECT target FROM release WHERE id = ?').get(id)?.target
