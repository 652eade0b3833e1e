/** The SQL that reads the revisions of a machine for people: numbered, with who made them and what for. */
import { z } from 'zod'
import type { RevisionDescription, RevisionSummary } from '../contract.ts'
import type { Queries } from '../registry.ts'

type Row = {
  readonly number: number
  readonly id: number
  readonly uuid: string | null
  readonly createdAt: number
  readonly madeBy: string | null
  readonly summary: string | null
}
type WholeRow = Row & { readonly definition: string; readonly roleArn: string }

const columns = `r.id AS id, r.uuid AS uuid, r.created_at AS "createdAt", r.made_by AS "madeBy", r.summary AS summary,
  (SELECT COUNT(*) FROM revision o WHERE o.machine_id = r.machine_id AND o.id <= r.id) AS number`

/** `id` is where a list goes on. */
export type ListedRevision = { readonly id: number; readonly summary: RevisionSummary }

/** The latest first, below the row `before`. */
export function readRevisions(
  queries: Queries,
  machineId: number,
  before: number,
  limit: number,
): readonly ListedRevision[] {
  const rows = queries
    .prepare<Row>(`SELECT ${columns} FROM revision r WHERE r.machine_id = ? AND r.id < ? ORDER BY r.id DESC LIMIT ?`)
    .all(machineId, before, limit)
  return rows.map((row) => ({ id: row.id, summary: summaryOf(queries, machineId, row) }))
}

/** The latest of a machine. */
export function lastRevision(queries: Queries, machineId: number): RevisionSummary | undefined {
  return readRevisions(queries, machineId, Number.MAX_SAFE_INTEGER, 1)[0]?.summary
}

/** By its id; `INITIAL` is the first one's. */
export function findRevision(queries: Queries, machineId: number, revisionId: string): RevisionDescription | undefined {
  const which = revisionId === 'INITIAL' ? 'r.uuid IS NULL' : 'r.uuid = ?'
  const row = queries
    .prepare<WholeRow>(
      `SELECT ${columns}, r.definition AS definition, r.role_arn AS "roleArn" FROM revision r
       WHERE r.machine_id = ? AND ${which} ORDER BY r.id LIMIT 1`,
    )
    .get(machineId, ...(revisionId === 'INITIAL' ? [] : [revisionId]))
  if (row === undefined) return undefined
  const { definition, roleArn } = row
  return { ...summaryOf(queries, machineId, row), definition, roleArn }
}

const actor = z.object({
  type: z.enum(['user', 'machine', 'system', 'inbound']),
  id: z.string(),
  via: z.enum(['ui', 'api', 'chat', 'email', 'webhook', 'timer']),
})

function summaryOf(queries: Queries, machineId: number, row: Row): RevisionSummary {
  const { number, id, uuid, createdAt, madeBy, summary } = row
  const versions = queries
    .prepare<{ number: number }>(
      'SELECT number FROM machine_version WHERE machine_id = ? AND revision_id = ? ORDER BY number',
    )
    .all(machineId, id)
  return {
    ...{ number, createdAt, versions: versions.map((version) => version.number) },
    ...(uuid === null ? {} : { revisionId: uuid }),
    ...(madeBy === null ? {} : { madeBy: actor.parse(JSON.parse(madeBy)) }),
    ...(summary === null ? {} : { summary }),
  }
}
