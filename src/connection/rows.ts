/** Connections as rows; the secrets are sealed. */
import type { Reader, Transaction } from '../store/index.ts'
import type { Authorization } from './connection.ts'

export type ConnectionRow = {
  readonly name: string
  readonly kind: Authorization['kind']
  /** JSON array. */
  readonly allowedHosts: string
  readonly sealed: string
  readonly revision: string
  readonly changedAt: number
}

const columns = `name, kind, allowed_hosts AS "allowedHosts", sealed, revision, changed_at AS "changedAt"`

export function putConnection(tx: Transaction, row: ConnectionRow): void {
  tx.prepare(
    `INSERT INTO connection (name, kind, allowed_hosts, sealed, revision, changed_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, allowed_hosts = excluded.allowed_hosts,
       sealed = excluded.sealed, revision = excluded.revision, changed_at = excluded.changed_at`,
  ).run(row.name, row.kind, row.allowedHosts, row.sealed, row.revision, row.changedAt)
}

export function findConnection(read: Pick<Reader, 'prepare'>, name: string): ConnectionRow | undefined {
  return read.prepare<ConnectionRow>(`SELECT ${columns} FROM connection WHERE name = ?`).get(name)
}

export function allConnections(read: Pick<Reader, 'prepare'>): readonly ConnectionRow[] {
  return read.prepare<ConnectionRow>(`SELECT ${columns} FROM connection ORDER BY name`).all()
}

export function dropConnection(tx: Transaction, name: string): void {
  tx.prepare('DELETE FROM connection WHERE name = ?').run(name)
}
