/** Enrolled hosts as rows. */
import type { Reader, Transaction } from '../../store/index.ts'

export type HostRow = {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly address: string
  readonly token_id: string
  readonly enrolled_at: number
  readonly draining_since: number | null
  readonly removed_at: number | null
  readonly first_seen_at: number | null
  readonly last_seen_at: number | null
  readonly agent_version: string | null
  readonly edge_url: string | null
  readonly facts: string | null
}

type Asked = Pick<Reader, 'prepare'>

export function insertHost(
  tx: Transaction,
  row: Pick<HostRow, 'id' | 'name' | 'zone' | 'address' | 'token_id' | 'enrolled_at'>,
): void {
  tx.prepare('INSERT INTO host (id, name, zone, address, token_id, enrolled_at) VALUES (?, ?, ?, ?, ?, ?)').run(
    row.id,
    row.name,
    row.zone,
    row.address,
    row.token_id,
    row.enrolled_at,
  )
}

/** Enrolled and not removed, by name. */
export function allHosts(read: Asked): HostRow[] {
  return read.prepare<HostRow>('SELECT * FROM host WHERE removed_at IS NULL ORDER BY name').all()
}

/** By id or name; a removed one is not there any more. */
export function findHost(read: Asked, named: string): HostRow | undefined {
  return read.prepare<HostRow>('SELECT * FROM host WHERE removed_at IS NULL AND (id = ? OR name = ?)').get(named, named)
}

export function markDraining(tx: Transaction, id: string, since: number | null): void {
  tx.prepare('UPDATE host SET draining_since = ? WHERE id = ?').run(since, id)
}

export function markRemoved(tx: Transaction, id: string, atMs: number): void {
  tx.prepare('UPDATE host SET removed_at = ? WHERE id = ?').run(atMs, id)
}

export const edgeOf = ({ edge_url: url }: HostRow): { readonly url: string } | undefined =>
  url === null ? undefined : { url }

export type SeenAgent = Pick<HostRow, 'agent_version' | 'edge_url' | 'facts' | 'zone' | 'address'> & {
  readonly at: number
}

export function noteAgent(tx: Transaction, id: string, seen: SeenAgent): void {
  const { at, agent_version, edge_url, facts, zone, address } = seen
  tx.prepare(
    `UPDATE host SET first_seen_at = COALESCE(first_seen_at, ?), last_seen_at = ?, agent_version = ?, edge_url = ?,
     facts = ?, zone = ?, address = ? WHERE id = ?`,
  ).run(at, at, agent_version, edge_url, facts, zone, address, id)
}
