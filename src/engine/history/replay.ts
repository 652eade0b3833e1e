/**
 * Replaying an execution from what is stored of it: each step is done again from its cause, at its time, with its chance and
 * with the outcomes that were recorded, and must come out as it is stored, to the last byte. Reads only.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  applyChanges,
  type Change,
  type Command,
  type ExecutionState,
  type HistoryEvent,
  type Machine,
  SlowExpression,
  step,
  type StepResult,
} from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Queries } from '../registry.ts'
import type { Core } from '../run/core.ts'
import { executionColumns, type ExecutionRow, newLive } from '../run/live.ts'
import { statusNumbers } from '../run/statements.ts'
import { StepEnv } from '../run/step-env.ts'
import type { Cause, Chunk } from './chunk.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { type ChunkRow, chunkRows } from './rows.ts'

/** What a replay needs of the engine. Its limits must be those that the execution had. */
export type ReplayPlace = Pick<Core, 'account' | 'expressions' | 'limits' | 'revisions' | 'token'>

export type ReplayedStep = {
  /** 1, 2, 3 … */
  readonly seq: number
  readonly at: number
  readonly cause: Cause
  readonly history: readonly HistoryEvent[]
  /** After the step. */
  readonly state: ExecutionState
  /** How it came out otherwise than it is stored; then this step is the last. */
  readonly divergence?: Divergence
}

/**
 * `slow`: an expression that was quick then was too slow now, so the step cannot be judged. `step`: cause, history or changes.
 * `state`: the stored changes do not give the state. `end`: status, output, error, cause or time of the end.
 */
export type Divergence = {
  readonly kind: 'slow' | 'step' | 'state' | 'end'
  readonly seq: number
  readonly stored: unknown
  readonly replayed: unknown
}

export type Replay = {
  readonly steps: number
  readonly events: number
  /** After the last step. */
  readonly state: ExecutionState
  /** Undefined: all came out as it is stored. */
  readonly divergence: Divergence | undefined
}

/** @throws Error when there is no such execution */
export function replayExecution(place: ReplayPlace, queries: Queries, executionId: number): Replay {
  let replay: Replay | undefined
  for (const { seq, history, state, divergence } of replaySteps(place, queries, executionId)) {
    replay = { steps: seq, events: (replay?.events ?? 0) + history.length, state, divergence }
  }
  return (
    replay ?? {
      steps: 0,
      events: 0,
      state: beginningOf(place, queries, readRow(queries, executionId)).state,
      divergence: undefined,
    }
  )
}

/** Step by step, with the state after each: to look at any moment of an execution. @throws Error when there is none */
export function* replaySteps(
  place: ReplayPlace,
  queries: Queries,
  executionId: number,
): Generator<ReplayedStep, void, undefined> {
  const row = readRow(queries, executionId)
  const live = beginningOf(place, queries, row)
  let { state } = live
  let folded = state
  const lastSeq = queries.prepare<{ seq: number | null }>(selectLast).get(executionId)?.seq
  for (const chunkRow of chunkRows(queries, executionId)) {
    const stored = decodeChunk(live.machine, chunkRow)
    const attempt = doAgain(place, { executionId, machine: live.machine, state, stored })
    const { seq } = chunkRow
    const step = { seq, at: stored.at, cause: stored.cause, history: stored.history }
    if ('why' in attempt) {
      yield {
        ...step,
        state,
        divergence: { kind: attempt.kind, seq, stored: summaryOf(stored), replayed: attempt.why },
      }
      return
    }
    const { result } = attempt
    folded = fold(folded, stored, result)
    const divergence =
      stepDivergence(live.machine, chunkRow, stored, attempt) ??
      stateDivergence(seq, folded, result.state) ??
      // The row tells the last end; those before a redrive are told by the history alone.
      (seq === lastSeq ? endDivergence(seq, row, result) : undefined)
    state = result.state
    yield { ...step, state, ...(divergence === undefined ? {} : { divergence }) }
    if (divergence !== undefined) return
  }
}

// ---- what is stored

type StoredRow = ExecutionRow & {
  readonly status: number
  readonly stoppedAt: number | null
  readonly output: JsonText | null
  readonly error: string | null
  readonly cause: string | null
}

const selectRow = `SELECT ${executionColumns}, status, stopped_at AS stoppedAt, output, error, cause
  FROM execution WHERE id = ?`

const selectLast = 'SELECT MAX(seq) AS seq FROM chunk WHERE execution_id = ?'

function readRow(queries: Queries, executionId: number): StoredRow {
  const row = queries.prepare<StoredRow>(selectRow).get(executionId)
  if (row === undefined) throw new Error(`there is no execution ${executionId}`)
  return row
}

function beginningOf(place: ReplayPlace, queries: Queries, row: StoredRow) {
  return newLive(place, row, place.revisions.get(queries, row.revisionId))
}

// ---- doing it again

type Again = {
  readonly executionId: number
  readonly machine: Machine
  readonly state: ExecutionState
  readonly stored: Chunk
}
type Done = { readonly env: StepEnv; readonly result: StepResult }
type NotDone = { readonly kind: 'slow' | 'step'; readonly why: string }

/** How often an expression that was quick may be slow now, on a machine that is busy. */
const attempts = 5

function doAgain(place: ReplayPlace, again: Again): Done | NotDone {
  let slow = ''
  for (let attempt = 0; attempt < attempts; attempt++) {
    const env = envOf(place, again)
    try {
      return { env, result: step(again.machine, again.state, again.stored.cause.event, env, place.limits) }
    } catch (error) {
      if (!(error instanceof SlowExpression)) return { kind: 'step', why: String(error) }
      slow = error.source
    }
  }
  return { kind: 'slow', why: slow }
}

function envOf({ expressions, token }: ReplayPlace, { executionId, stored: { at, cause } }: Again): StepEnv {
  return new StepEnv({
    now: at,
    randomBytes: () => {
      throw new Error('the step uses chance now, and did not when it was done')
    },
    evaluate: (source, bindings, chance) => expressions.evaluate(source, bindings, chance),
    token: (frame, enteredId, attempt) => token({ executionId, frame, enteredId, attempt }),
    // A refusal is recorded; what is not recorded was accepted.
    refuse: () => undefined,
    recorded: cause.recorded ?? new Map(),
    seed: cause.seed,
  })
}

function fold(state: ExecutionState, stored: Chunk, { state: { status } }: StepResult): ExecutionState {
  const nextEventId = stored.firstEventId + stored.history.length
  return applyChanges(state, stored.changes, { nextEventId, nextFrame: stored.nextFrame, status })
}

// ---- judging it

function stepDivergence(machine: Machine, row: ChunkRow, stored: Chunk, { env, result }: Done): Divergence | undefined {
  const { history, changes, state } = result
  const replayed: Chunk = {
    cause: env.cause(stored.cause.event),
    at: stored.at,
    firstEventId: stored.firstEventId,
    nextFrame: state.nextFrame,
    history,
    changes,
  }
  const body = encodeChunk(machine, replayed)
  if (body === row.body) return undefined
  // Stored by an older version it may be the same in other words.
  const read = decodeChunk(machine, { ...row, body })
  if (isDeepStrictEqual(read, stored)) return undefined
  return { kind: 'step', seq: row.seq, stored: summaryOf(stored), replayed: summaryOf(read) }
}

type Summary = { readonly cause: Cause; readonly history: readonly HistoryEvent[]; readonly changes: readonly Change[] }
const summaryOf = ({ cause, history, changes }: Chunk): Summary => ({ cause, history, changes })

function stateDivergence(seq: number, stored: ExecutionState, replayed: ExecutionState): Divergence | undefined {
  return isDeepStrictEqual(stored, replayed) ? undefined : { kind: 'state', seq, stored, replayed }
}

type Close = Extract<Command, { kind: 'close' }>

function endDivergence(seq: number, row: StoredRow, { commands }: StepResult): Divergence | undefined {
  const close = commands.find((command): command is Close => command.kind === 'close')
  if (close === undefined) return undefined
  const { status, stoppedAt, output, error, cause } = row
  const stored = { status, stoppedAt, output, error, cause }
  const replayed = {
    status: statusNumbers[close.status],
    stoppedAt: close.at,
    output: close.output ?? null,
    error: close.error ?? null,
    cause: close.cause ?? null,
  }
  return isDeepStrictEqual(stored, replayed) ? undefined : { kind: 'end', seq, stored, replayed }
}
