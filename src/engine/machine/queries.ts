/** The SQL of state machines and their revisions. */
import type { Actor } from '../../access/index.ts'
import { isJsonArray, isJsonObject, type JsonText, jsonFromPlain, parseJson, printJson } from '../../base/index.ts'
import type { Question, Transaction } from '../../store/index.ts'
import type { MachineType } from '../contract.ts'
import type { Queries } from '../registry.ts'
import { dropAliases } from '../alias/queries.ts'
import { dropTags } from '../tag/queries.ts'
import { dropVersions } from '../version/queries.ts'
import type { Configurations } from './configuration.ts'

/** DELETED machines are kept for their executions only: no query by ARN finds them. */
export type MachineStatus = 'ACTIVE' | 'DELETING' | 'DELETED'

export type Machine = {
  readonly machineId: number
  readonly machineArn: string
  readonly machineName: string
  readonly type: MachineType
  readonly status: MachineStatus
  /** Milliseconds since 1970 UTC. */
  readonly machineCreatedAt: number
}

/** One text of a machine and what goes with it, without the text. A revision never changes. */
export type RevisionHead = Machine & {
  readonly revisionId: number
  readonly roleArn: string
}

/** What an execution runs that is started through a machine, a version or an alias. */
export type StartTarget = {
  readonly revision: RevisionHead
  readonly version?: number
  readonly alias?: string
}

/** What an execution needs to run. */
export type Revision = RevisionHead & { readonly definition: string }

export type RevisionDetails = Revision &
  Configurations & {
    /** Null for a machine's first revision. */
    readonly uuid: string | null
    readonly variableReferences: JsonText
    readonly revisionCreatedAt: number
  }

export type NewMachine = {
  readonly arn: string
  readonly name: string
  readonly type: MachineType
}

export type NewRevision = Configurations & {
  readonly uuid: string | null
  readonly definition: string
  readonly roleArn: string
  readonly variableReferences: JsonText
  /** Who makes it, and what they say it is for. */
  readonly madeBy: Actor
  readonly summary: string | undefined
}

const machineColumns = `m.id AS machineId, m.arn AS machineArn, m.name AS machineName, m.type AS type,
  m.status AS status, m.created_at AS machineCreatedAt`
const headColumns = `${machineColumns}, r.id AS revisionId, r.role_arn AS roleArn`
const revisionColumns = `${headColumns}, r.definition AS definition`
const detailColumns = `${revisionColumns}, r.uuid AS uuid, r.logging AS logging, r.tracing AS tracing,
  r.encryption AS encryption, r.variable_references AS variableReferences, r.created_at AS revisionCreatedAt`

const machineByArn = `SELECT ${machineColumns} FROM state_machine m WHERE m.arn = ? AND m.status <> 'DELETED'`
const youngestByArn = `FROM state_machine m JOIN revision r ON r.machine_id = m.id
  WHERE m.arn = ? AND m.status <> 'DELETED' ORDER BY r.id DESC LIMIT 1`
const selectHead = `SELECT ${headColumns} ${youngestByArn}`
const byRevision = 'FROM revision r JOIN state_machine m ON m.id = r.machine_id WHERE r.id = ?'

/** The machine that has this ARN now. */
export function findMachine(queries: Queries, arn: string): Machine | undefined {
  return queries.prepare<Machine>(machineByArn).get(arn)
}

export function findCurrentHead(queries: Queries, arn: string): RevisionHead | undefined {
  return queries.prepare<RevisionHead>(selectHead).get(arn)
}

export const currentHeadQuestion = (arn: string): Question => ({ sql: selectHead, parameters: [arn] })

/** What a new execution of this machine would run; look at `status` before you start one. */
export function findCurrentRevision(queries: Queries, arn: string): Revision | undefined {
  return queries.prepare<Revision>(`SELECT ${revisionColumns} ${youngestByArn}`).get(arn)
}

export function findCurrentDetails(queries: Queries, arn: string): RevisionDetails | undefined {
  return queries.prepare<RevisionDetails>(`SELECT ${detailColumns} ${youngestByArn}`).get(arn)
}

/** The revision an execution runs, also when its machine has been updated or deleted since. */
export function loadRevision(queries: Queries, revisionId: number): Revision | undefined {
  return queries.prepare<Revision>(`SELECT ${revisionColumns} ${byRevision}`).get(revisionId)
}

export function loadDetails(queries: Queries, revisionId: number): RevisionDetails | undefined {
  return queries.prepare<RevisionDetails>(`SELECT ${detailColumns} ${byRevision}`).get(revisionId)
}

export function loadHead(queries: Queries, revisionId: number): RevisionHead | undefined {
  return queries.prepare<RevisionHead>(`SELECT ${headColumns} ${byRevision}`).get(revisionId)
}

/** In the order of their ARNs, which is that of their names. */
export function listMachines(queries: Queries, afterArn: string, limit: number): Machine[] {
  return queries
    .prepare<Machine>(
      `SELECT ${machineColumns} FROM state_machine m WHERE m.arn > ? AND m.status <> 'DELETED' ORDER BY m.arn LIMIT ?`,
    )
    .all(afterArn, limit)
}

/** @returns the machine's id */
export function insertMachine(tx: Transaction, machine: NewMachine, nowMs: number): number {
  return tx
    .prepare("INSERT INTO state_machine (arn, name, type, status, created_at) VALUES (?, ?, ?, 'ACTIVE', ?)")
    .run(machine.arn, machine.name, machine.type, nowMs).lastInsertRowid
}

/** Makes it the current one. @returns the revision's id */
export function insertRevision(tx: Transaction, machineId: number, revision: NewRevision, nowMs: number): number {
  const { uuid, definition, roleArn, logging, tracing, encryption, variableReferences, summary = null } = revision
  const { type, id, via } = revision.madeBy
  const configurations = [logging, tracing, encryption] as const
  return tx
    .prepare(
      `INSERT INTO revision (machine_id, uuid, definition, role_arn, logging, tracing, encryption, variable_references,
        created_at, made_by, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[machineId, uuid, definition, roleArn, ...configurations, variableReferences, nowMs],
      ...[JSON.stringify({ type, id, via }), summary],
    ).lastInsertRowid
}

const noneRunning = `NOT EXISTS (SELECT 1 FROM execution WHERE machine_id = ? AND status = 0 AND map_run_id IS NULL)
  AND NOT EXISTS (SELECT 1 FROM express_execution WHERE machine_id = ? AND status = 0)`

/** From now on it starts nothing. `finishDeletion` does the rest. */
export function markDeleting(tx: Transaction, machineId: number): void {
  tx.prepare("UPDATE state_machine SET status = 'DELETING' WHERE id = ? AND status = 'ACTIVE'").run(machineId)
}

/**
 * Takes a machine that is being deleted away once none of its executions runs; to be called when one closes, in the same
 * transaction. Its revisions stay for the executions it had. @returns whether it is gone now
 */
export function finishDeletion(tx: Transaction, machineId: number): boolean {
  const gone = tx
    .prepare(`UPDATE state_machine SET status = 'DELETED' WHERE id = ? AND status = 'DELETING' AND ${noneRunning}`)
    .run(machineId, machineId, machineId)
  if (gone.changes === 0) return false
  const machine = tx.prepare<{ arn: string }>('SELECT arn FROM state_machine WHERE id = ?').get(machineId)
  if (machine !== undefined) dropTags(tx, machine.arn)
  dropAliases(tx, machineId)
  dropVersions(tx, machineId)
  return true
}

/** Machines that are being deleted and have no running execution any more. */
export function machinesToForget(queries: Queries): readonly number[] {
  return queries
    .prepare<{ id: number }>(
      `SELECT id FROM state_machine WHERE status = 'DELETING'
       AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.machine_id = state_machine.id AND e.status = 0)`,
    )
    .all()
    .map(({ id }) => id)
}

/** For the retention: forgets deleted machines of which no execution is left. @returns how many */
export function purgeDeletedMachines(tx: Transaction): number {
  // A child of a Map Run is never kept longer than its parent.
  const forgotten = `status = 'DELETED' AND NOT EXISTS
    (SELECT 1 FROM execution e WHERE e.machine_id = state_machine.id AND e.map_run_id IS NULL)
    AND NOT EXISTS (SELECT 1 FROM express_execution e WHERE e.machine_id = state_machine.id)`
  tx.prepare(`DELETE FROM revision WHERE machine_id IN (SELECT id FROM state_machine WHERE ${forgotten})`).run()
  return tx.prepare(`DELETE FROM state_machine WHERE ${forgotten}`).run().changes
}

export function printReferences(references: ReadonlyMap<string, readonly string[]>): JsonText {
  return printJson(new Map([...references].map(([state, names]) => [state, jsonFromPlain(names)])))
}

export function parseReferences(text: JsonText): ReadonlyMap<string, readonly string[]> {
  const json = parseJson(text)
  const entries = isJsonObject(json) ? [...json] : []
  return new Map(entries.map(([state, names]) => [state, isJsonArray(names) ? names.map(String) : []]))
}
