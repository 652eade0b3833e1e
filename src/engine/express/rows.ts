/** The SQL of express executions. */
import type { JsonText } from '../../base/index.ts'
import { skipLocked, type Store, type Transaction } from '../../store/index.ts'
import type { Queries } from '../registry.ts'
import { statusNumbers } from '../run/statements.ts'
import type { ExpressEnd, ExpressStart } from './express.ts'

export type ExpressRecord = {
  readonly id: number
  readonly machineArn: string
  readonly machineName: string
  readonly name: string
  readonly uuid: string
  readonly status: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly input: JsonText
  readonly output: JsonText | null
  readonly error: string | null
  readonly cause: string | null
  readonly traceHeader: string | null
}

/** Without an end: it runs, in the life `node`. Returns its id. */
export function insertExpress(
  tx: Transaction,
  start: ExpressStart,
  end: ExpressEnd | undefined,
  node: number | null = null,
): number {
  return tx
    .prepare(
      `INSERT INTO express_execution (machine_id, revision_id, machine_name, name, uuid, status, started_at, stopped_at,
       input, output, error, cause, trace_header, node) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      start.machineId,
      start.revisionId,
      start.machineName,
      start.name,
      start.uuid,
      end === undefined ? statusNumbers.running : statusNumbers[end.status],
      start.startedAt,
      end?.at ?? null,
      start.input,
      end?.output ?? null,
      end?.error ?? null,
      end?.cause ?? null,
      start.traceHeader ?? null,
      node,
    ).lastInsertRowid
}

/** False when it is closed already, or no longer kept. */
export function closeExpress(tx: Transaction, id: number, end: ExpressEnd): boolean {
  const closed = tx
    .prepare(
      `UPDATE express_execution SET status = ?, stopped_at = ?, output = ?, error = ?, cause = ?, node = NULL
       WHERE id = ? AND status = 0`,
    )
    .run(statusNumbers[end.status], end.at, end.output ?? null, end.error ?? null, end.cause ?? null, id)
  return closed.changes > 0
}

export type KeptExpress = ExpressStart & { readonly id: number }

const selectOpen = `SELECT id, machine_id AS "machineId", revision_id AS "revisionId", machine_name AS "machineName", name,
  uuid, started_at AS "startedAt", input, trace_header AS "traceHeader" FROM express_execution WHERE status = 0`

/** Those that were started asynchronously and have no end: what a crash has cut off. */
export function openExpress(queries: Queries): readonly KeptExpress[] {
  return queries.prepare<KeptExpress>(`${selectOpen} ORDER BY id`).all()
}

/** Gives those of an ended life to another, oldest first. */
export function takeExpress(
  tx: Transaction,
  dialect: Store['dialect'],
  lives: { readonly from: number; readonly to: number },
  limit: number,
): readonly KeptExpress[] {
  const select = `${selectOpen} AND node = ? ORDER BY id LIMIT ?${skipLocked(dialect)}`
  const left = tx.prepare<KeptExpress>(select).all(lives.from, limit)
  for (const { id } of left) tx.prepare('UPDATE express_execution SET node = ? WHERE id = ?').run(lives.to, id)
  return left
}

const columns = `e.id AS id, m.arn AS "machineArn", e.machine_name AS "machineName", e.name AS name, e.uuid AS uuid,
  e.status AS status, e.started_at AS "startedAt", e.stopped_at AS "stoppedAt"`
const payloads = `e.input AS input, e.output AS output, e.error AS error, e.cause AS cause,
  e.trace_header AS "traceHeader"`
const from = 'FROM express_execution e JOIN state_machine m ON m.id = e.machine_id'

export function findExpress(queries: Queries, uuid: string): ExpressRecord | undefined {
  return queries.prepare<ExpressRecord>(`SELECT ${columns}, ${payloads} ${from} WHERE e.uuid = ?`).get(uuid)
}

export type ListedExpress = Omit<ExpressRecord, 'input' | 'output' | 'error' | 'cause' | 'traceHeader'>

export type ExpressFilter = {
  readonly machineId: number | undefined
  readonly status: number | undefined
  /** The id of the last one shown. */
  readonly before: number
}

/** Newest first. */
export function listExpressRows(queries: Queries, filter: ExpressFilter, limit: number): readonly ListedExpress[] {
  const { machineId, status, before } = filter
  const conditions = [
    'e.id < ?',
    ...(machineId === undefined ? [] : ['e.machine_id = ?']),
    ...(status === undefined ? [] : ['e.status = ?']),
  ]
  const values = [before, ...[machineId, status].filter((value) => value !== undefined)]
  return queries
    .prepare<ListedExpress>(`SELECT ${columns} ${from} WHERE ${conditions.join(' AND ')} ORDER BY e.id DESC LIMIT ?`)
    .all(...values, limit)
}

/** Those that ended longest ago. @returns how many went */
export function dropClosedExpress(tx: Transaction, closedBefore: number, limit: number): number {
  return tx
    .prepare(
      `DELETE FROM express_execution WHERE id IN
       (SELECT id FROM express_execution WHERE status <> 0 AND stopped_at < ? ORDER BY stopped_at LIMIT ?)`,
    )
    .run(closedBefore, limit).changes
}
