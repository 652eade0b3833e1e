/** An execution in memory: its compiled machine and its state after its last chunk. */
import {
  applyChanges,
  type Attempt,
  type Change,
  compileMachine,
  type ExecutionState,
  type Machine,
  newExecution,
  processorMachine,
  type Status,
} from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import { executionArn, qualifiedArn } from '../arn.ts'
import { decodeChunk } from '../history/decode.ts'
import { type HistoryLogging, historyLogging } from '../machine/configuration.ts'
import { loadDetails } from '../machine/queries.ts'
import type { Queries, Registry } from '../registry.ts'

/** What never changes of an execution's row. */
export type ExecutionRow = {
  readonly id: number
  readonly machineId: number
  readonly revisionId: number
  readonly machineName: string
  readonly name: string
  readonly startedAt: number
  readonly input: JsonText
  readonly awaitedBy: JsonText | null
  readonly traceHeader: string | null
  readonly version: number | null
  readonly alias: string | null
  /** Of a child of a Map Run: the run, the Map state whose processor it carries out, and how many items it was given. */
  readonly mapRunId: number | null
  readonly mapState: number | null
  readonly itemCount: number | null
}

export type Live = {
  readonly row: ExecutionRow
  readonly machine: Machine
  readonly logging: HistoryLogging | undefined
  /** An express child of a Map Run: it runs in memory, and its row tells of its start and its end alone. */
  readonly express: boolean
  readonly state: ExecutionState
  /** Number of its last chunk. */
  readonly seq: number
  readonly busy: boolean
  /** When to write the next snapshot: chunks and bytes since the last one, and how large that was. */
  readonly snapshot: { readonly chunks: number; readonly bytes: number; readonly size: number }
  /**
   * All its chunks, one after the other, while it is busy and they are short: their digest is taken without reading them
   * again. Undefined: they are to be read.
   */
  readonly written: string | undefined
}

export type CompiledRevision = {
  readonly machine: Machine
  readonly machineArn: string
  readonly roleArn: string
  /** Undefined: nothing of its histories is logged. */
  readonly logging: HistoryLogging | undefined
  /** A processor whose executions run in memory. */
  readonly express?: boolean
}

/** A child of a Map Run runs the processor of its Map, under a machine's name of its own: `SM/LABEL`. */
export function processorOf(revision: CompiledRevision, stateId: number): CompiledRevision {
  const state = revision.machine.states[stateId]
  if (state?.type !== 'Map' || state.distributed === undefined)
    throw new Error(`state ${stateId} is no distributed Map`)
  const machineArn = `${revision.machineArn}/${state.distributed.label}`
  const express = state.distributed.executionType === 'EXPRESS'
  return { ...revision, machine: processorMachine(revision.machine, state), machineArn, express }
}

/** Compiled definitions by revision; a revision never changes. */
export class Revisions {
  readonly #committed: Queries
  readonly #compiled = new Map<number, CompiledRevision>()
  readonly #capacity: number

  constructor(committed: Queries, capacity = 500) {
    this.#committed = committed
    this.#capacity = capacity
  }

  get(queries: Queries, revisionId: number): CompiledRevision {
    const known = this.#compiled.get(revisionId)
    if (known !== undefined) return known
    const committed = loadDetails(this.#committed, revisionId)
    const revision = committed ?? loadDetails(queries, revisionId)
    if (revision === undefined) throw new Error(`revision ${revisionId} is missing`)
    const { definition, machineArn, roleArn, logging } = revision
    const machine = compileMachine(definition)
    const compiled = { machine, machineArn, roleArn, logging: historyLogging(logging) }
    // One that this very transaction has made may be undone with it, and its number given to another text.
    if (committed !== undefined) this.#keep(revisionId, compiled)
    return compiled
  }

  #keep(revisionId: number, compiled: CompiledRevision): void {
    const [oldest] = this.#compiled.keys()
    if (this.#compiled.size >= this.#capacity && oldest !== undefined) this.#compiled.delete(oldest)
    this.#compiled.set(revisionId, compiled)
  }
}

export function newLive(registry: Pick<Registry, 'account'>, row: ExecutionRow, compiled: CompiledRevision): Live {
  const { account } = registry
  const revision = row.mapState === null ? compiled : processorOf(compiled, row.mapState)
  const state = newExecution({
    arn: executionArn(account, row.machineName, row.name),
    name: row.name,
    input: row.input,
    roleArn: revision.roleArn,
    startedAt: row.startedAt,
    machineArn: revision.machineArn,
    machineName: row.machineName,
    region: account.region,
    ...(row.version === null ? {} : { versionArn: qualifiedArn(revision.machineArn, row.version) }),
    ...(row.alias === null ? {} : { aliasArn: qualifiedArn(revision.machineArn, row.alias) }),
  })
  const snapshot = { chunks: 0, bytes: 0, size: 0 }
  const { machine, logging, express = false } = revision
  return { row, machine, logging, express, state, seq: 0, busy: false, snapshot, written: '' }
}

export const executionColumns = `id, machine_id AS machineId, revision_id AS revisionId, machine_name AS machineName,
  name, started_at AS startedAt, input, awaited_by AS awaitedBy, trace_header AS traceHeader, version, alias,
  map_run_id AS mapRunId, item_count AS itemCount,
  (SELECT state FROM map_run WHERE map_run.id = map_run_id) AS mapState`
const selectExecution = `SELECT ${executionColumns}, status, busy FROM execution WHERE id = ?`
const selectSnapshot = 'SELECT seq, next_event AS nextEvent, at, body FROM snapshot WHERE execution_id = ?'
const selectChunks = `SELECT seq, first_event AS firstEventId, at, body FROM chunk
  WHERE execution_id = ? AND seq > ? ORDER BY seq`

type ChunkRow = { readonly seq: number; readonly firstEventId: number; readonly at: number; readonly body: string }
type SnapshotRow = { readonly seq: number; readonly nextEvent: number; readonly at: number; readonly body: string }

/** Reads a running execution: its last snapshot and the chunks since. Undefined when it is closed or unknown. */
export function loadLive(
  registry: Pick<Registry, 'account'>,
  revisions: Revisions,
  queries: Queries,
  id: number,
): Live | undefined {
  const row = queries.prepare<StoredExecution>(selectExecution).get(id)
  return row?.status === 0 ? foldStored(registry, revisions, queries, row) : undefined
}

type StoredExecution = ExecutionRow & { readonly status: number; readonly busy: number }

/** One that has ended, as it was then. Undefined when it runs or is unknown. */
export function loadEnded(
  registry: Pick<Registry, 'account'>,
  revisions: Revisions,
  queries: Queries,
  id: number,
): Live | undefined {
  const row = queries.prepare<StoredExecution>(selectExecution).get(id)
  if (row === undefined || row.status === 0) return undefined
  const live = foldStored(registry, revisions, queries, row)
  return { ...live, state: { ...live.state, status: statuses[row.status] ?? 'running' } }
}

/** By their stored numbers. */
const statuses: readonly Status[] = ['running', 'succeeded', 'failed', 'timed_out', 'aborted']

function foldStored(
  registry: Pick<Registry, 'account'>,
  revisions: Revisions,
  queries: Queries,
  row: StoredExecution,
): Live {
  const { id } = row
  const fresh = { ...newLive(registry, row, revisions.get(queries, row.revisionId)), written: undefined }
  const snapshot = queries.prepare<SnapshotRow>(selectSnapshot).get(id)
  const chunks = queries.prepare<ChunkRow>(selectChunks).all(id, snapshot?.seq ?? 0)
  return { ...foldChunks(foldSnapshot(fresh, snapshot), chunks), busy: row.busy === 1 }
}

function foldSnapshot(live: Live, row: SnapshotRow | undefined): Live {
  if (row === undefined) return live
  const chunk = decodeChunk(live.machine, { body: row.body, at: row.at, firstEventId: row.nextEvent })
  const counters = { nextEventId: row.nextEvent, nextFrame: chunk.nextFrame, status: 'running' as Status }
  const state = applyChanges(live.state, chunk.changes, counters)
  return { ...live, state, seq: row.seq, snapshot: { chunks: 0, bytes: 0, size: row.body.length } }
}

function foldChunks(live: Live, rows: readonly ChunkRow[]): Live {
  const last = rows.at(-1)
  if (last === undefined) return live
  const chunks = rows.map((row) => decodeChunk(live.machine, row))
  const end = chunks.at(-1) ?? { firstEventId: 1, history: [], nextFrame: 1 }
  const state = applyChanges(
    live.state,
    chunks.flatMap((chunk) => chunk.changes),
    { nextEventId: end.firstEventId + end.history.length, nextFrame: end.nextFrame, status: 'running' },
  )
  const bytes = rows.reduce((sum, row) => sum + row.body.length, 0)
  const { size } = live.snapshot
  return { ...live, state, seq: last.seq, snapshot: { chunks: rows.length, bytes, size } }
}

/** The whole state as changes over nothing: what a snapshot stores. */
export function stateAsChanges(state: ExecutionState): readonly Change[] {
  const changes: Change[] = [...state.frames.values()].map((frame) => ({ kind: 'frame', frame }))
  if (state.redriven !== undefined) changes.push({ kind: 'redriven', ...state.redriven })
  for (const [frame, fan] of state.fans) {
    changes.push({ kind: 'fan', frame, items: fan.items, size: fan.results.size, concurrency: fan.concurrency })
    changes.push({ kind: 'fanProgress', frame, next: fan.next, open: fan.open, done: fan.done })
    fan.results.toArray().forEach((output, index) => {
      if (output !== undefined) changes.push({ kind: 'result', frame, index, output })
    })
  }
  return changes
}

export const sameAttempt = (a: Attempt, b: Attempt): boolean =>
  a.frame === b.frame && a.enteredId === b.enteredId && a.attempt === b.attempt

/** Whether this very attempt still waits for its call: it may have been answered, timed out or stopped since. */
export function awaitsCall(live: Live | undefined, attempt: Attempt): boolean {
  const visit = live?.state.frames.get(attempt.frame)?.visit
  return (
    visit?.phase === 'task' &&
    !visit.submitted &&
    visit.enteredId === attempt.enteredId &&
    visit.attempt === attempt.attempt
  )
}

/** Whether this process has something to do for it now, rather than wait for a timer or somebody outside. */
export function isBusy(machine: Machine, state: ExecutionState): boolean {
  for (const { visit } of state.frames.values()) {
    if (visit === undefined || visit.phase === 'ready') return true
    if (visit.phase !== 'task') continue
    const current = machine.states[visit.state]
    if (current?.type !== 'Task' || current.resource.kind === 'activity') continue
    if (!visit.submitted) return true
  }
  return false
}
