/** The SQL of versions: a revision under a number that is never given twice. */
import type { Transaction } from '../../store/index.ts'
import { tooManyVersions } from '../errors.ts'
import type { Queries } from '../registry.ts'

export type Version = {
  readonly number: number
  readonly revisionId: number
  readonly description: string | null
  readonly createdAt: number
}

/** AWS's quota of one machine. */
const maxVersions = 1000

const columns = 'number, revision_id AS revisionId, description, created_at AS createdAt'

export function findVersion(queries: Queries, machineId: number, number: number): Version | undefined {
  return queries
    .prepare<Version>(`SELECT ${columns} FROM machine_version WHERE machine_id = ? AND number = ?`)
    .get(machineId, number)
}

/** The version that a revision has been published as; of several the latest. */
export function findVersionOfRevision(queries: Queries, machineId: number, revisionId: number): Version | undefined {
  return queries
    .prepare<Version>(
      `SELECT ${columns} FROM machine_version WHERE machine_id = ? AND revision_id = ? ORDER BY number DESC LIMIT 1`,
    )
    .get(machineId, revisionId)
}

/** The latest first, below `before`. */
export function readVersions(queries: Queries, machineId: number, before: number, limit: number): readonly Version[] {
  return queries
    .prepare<Version>(
      `SELECT ${columns} FROM machine_version WHERE machine_id = ? AND number < ? ORDER BY number DESC LIMIT ?`,
    )
    .all(machineId, before, limit)
}

export type NewVersion = Omit<Version, 'number'>

/** @throws HoldfastError version.too_many */
export function insertVersion(tx: Transaction, machineId: number, version: NewVersion): Version {
  const counted = tx
    .prepare<{ count: number }>('SELECT COUNT(*) AS count FROM machine_version WHERE machine_id = ?')
    .get(machineId)
  if ((counted?.count ?? 0) >= maxVersions) throw tooManyVersions(maxVersions)
  const number = nextNumber(tx, machineId)
  tx.prepare(
    'INSERT INTO machine_version (machine_id, number, revision_id, description, created_at) VALUES (?, ?, ?, ?, ?)',
  ).run(machineId, number, version.revisionId, version.description, version.createdAt)
  return { number, ...version }
}

function nextNumber(tx: Transaction, machineId: number): number {
  tx.prepare(
    `INSERT INTO machine_version_counter (machine_id, last_number) VALUES (?, 1)
     ON CONFLICT (machine_id) DO UPDATE SET last_number = machine_version_counter.last_number + 1`,
  ).run(machineId)
  const row = tx
    .prepare<{ number: number }>('SELECT last_number AS number FROM machine_version_counter WHERE machine_id = ?')
    .get(machineId)
  return row?.number ?? 1
}

/** @returns whether there was one */
export function dropVersion(tx: Transaction, machineId: number, number: number): boolean {
  return (
    tx.prepare('DELETE FROM machine_version WHERE machine_id = ? AND number = ?').run(machineId, number).changes > 0
  )
}

/** With the machine. */
export function dropVersions(tx: Transaction, machineId: number): void {
  tx.prepare('DELETE FROM machine_version WHERE machine_id = ?').run(machineId)
  tx.prepare('DELETE FROM machine_version_counter WHERE machine_id = ?').run(machineId)
}
