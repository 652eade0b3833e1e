/**
 * Holds one stored execution against itself: the chunks are replayed through `step()`, and everything that is kept of it
 * (history, status, output, digest, timers, activity tasks) must be what the replay says. Reads only. It trusts `step()` and
 * the codec, and nothing else of the engine: the engine's own replay follows neither calls nor timers.
 */
import { createHash } from 'node:crypto'
import { type Attempt, type Command, type Event, step, type StepResult } from '../../src/asl/index.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { embeddedLimits } from '../../src/engine/index.ts'
import { type Chunk, timerNumber } from '../../src/engine/history/chunk.ts'
import { decodeChunk } from '../../src/engine/history/decode.ts'
import { encodeChunk } from '../../src/engine/history/encode.ts'
import type { Queries } from '../../src/engine/registry.ts'
import { isBusy, type Live, newLive, Revisions } from '../../src/engine/run/live.ts'
import { statusNumbers } from '../../src/engine/run/statements.ts'
import { StepEnv } from '../../src/engine/run/step-env.ts'
import { makeTaskToken } from '../../src/engine/task/token.ts'
import { account, tokenKey } from './world.ts'

/** `execution/visit/attempt`: one call that may be made. */
export type CallKey = string
export const callKey = (executionId: number, { enteredId, attempt }: Pick<Attempt, 'enteredId' | 'attempt'>): CallKey =>
  `${executionId}/${enteredId}/${attempt}`

export type CheckedExecution = {
  readonly open: boolean
  readonly events: number
  /** Calls whose scheduling is stored. */
  readonly scheduled: ReadonlySet<CallKey>
  /** Calls whose outcome is stored, in the history or in the inbox: they must never be made again. */
  readonly answered: ReadonlySet<CallKey>
  /** What does not hold; empty when all is well. */
  readonly problems: readonly string[]
}

type ExecutionRow = {
  readonly id: number
  readonly machineId: number
  readonly revisionId: number
  readonly machineName: string
  readonly name: string
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly input: string
  readonly awaitedBy: string | null
  readonly traceHeader: string | null
  readonly version: number | null
  readonly alias: string | null
  readonly mapRunId: number | null
  readonly mapState: number | null
  readonly itemCount: number | null
  readonly status: number
  readonly busy: number
  readonly output: string | null
  readonly error: string | null
  readonly cause: string | null
  readonly digest: string | null
}
type ChunkRow = { readonly seq: number; readonly firstEventId: number; readonly at: number; readonly body: string }
type TimerRow = Attempt & { readonly kind: number; readonly due: number }

const selectExecution = `SELECT id, machine_id AS machineId, revision_id AS revisionId, machine_name AS machineName, name,
  started_at AS startedAt, stopped_at AS stoppedAt, input, awaited_by AS awaitedBy, trace_header AS traceHeader, version,
  alias, map_run_id AS mapRunId, item_count AS itemCount,
  (SELECT state FROM map_run WHERE map_run.id = map_run_id) AS mapState, status, busy, output, error, cause, digest
  FROM execution WHERE id = ?`
const selectChunks = 'SELECT seq, first_event AS firstEventId, at, body FROM chunk WHERE execution_id = ? ORDER BY seq'
const selectTimers =
  'SELECT frame, kind, entered_id AS enteredId, attempt, due FROM timer WHERE execution_id = ? ORDER BY frame, kind'
const selectActivityTasks = `SELECT frame, entered_id AS enteredId, attempt, taken FROM activity_task
  WHERE execution_id = ? ORDER BY frame`

const selectInbox = 'SELECT event FROM inbox WHERE execution_id = ?'

const revisions = new WeakMap<Queries, Revisions>()
const expressions = createExpressions()

export function checkExecution(queries: Queries, id: number): CheckedExecution {
  const row = queries.prepare<ExecutionRow>(selectExecution).get(id)
  if (row === undefined) return { ...nothing, problems: [`execution ${id}: it is not stored`] }
  const known = revisions.get(queries) ?? new Revisions(queries)
  revisions.set(queries, known)
  const live = newLive({ account }, row, known.get(queries, row.revisionId))
  return live.express ? checkExpressChild(queries, row) : new Check(queries, row, live).run()
}

/** It runs in memory: nothing but its row is stored, which is busy until its end is recorded. */
function checkExpressChild(queries: Queries, row: ExecutionRow): CheckedExecution {
  const { id, status, busy, output, error, stoppedAt } = row
  const open = status === 0
  const problems: string[] = []
  const equal = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push(`express child ${id}: ${what} is ${String(found)}, not ${String(expected)}`)
  }
  equal('its number of chunks', queries.prepare(selectChunks).all(id).length, 0)
  equal('busy', busy === 1, open)
  equal('whether it has an end', stoppedAt !== null, !open)
  equal('whether it has an output', output !== null, status === statusNumbers.succeeded)
  equal('whether it has an error', error !== null, status === statusNumbers.failed)
  return { ...nothing, open, problems }
}

const nothing: CheckedExecution = { open: false, events: 0, scheduled: new Set(), answered: new Set(), problems: [] }

class Check {
  readonly #queries: Queries
  readonly #row: ExecutionRow
  readonly #machine: Live['machine']
  readonly #problems: string[] = []
  readonly #scheduled = new Set<CallKey>()
  readonly #answered = new Set<CallKey>()
  readonly #timers = new Map<string, TimerRow>()
  #state: Live['state']
  #close: Extract<Command, { kind: 'close' }> | undefined

  constructor(queries: Queries, row: ExecutionRow, live: Live) {
    this.#queries = queries
    this.#row = row
    this.#machine = live.machine
    this.#state = live.state
  }

  run(): CheckedExecution {
    const chunks = this.#queries.prepare<ChunkRow>(selectChunks).all(this.#row.id)
    this.#equal(
      'chunk numbers',
      chunks.map(({ seq }) => seq),
      chunks.map((_, i) => i + 1),
    )
    for (const chunk of chunks) this.#replay(chunk)
    const accepted = this.#queries.prepare<{ event: string }>(selectInbox).all(this.#row.id)
    for (const { event } of accepted) this.#noteAccepted(inboxEvent(event))
    if (chunks.length === 0 && accepted.length === 0) this.#problems.push(this.#about('it has no history'))
    if (this.#row.status === 0) this.#checkOpen()
    else this.#checkClosed(chunks)
    return {
      open: this.#row.status === 0,
      events: this.#state.nextEventId - 1,
      scheduled: this.#scheduled,
      answered: this.#answered,
      problems: this.#problems,
    }
  }

  #replay(row: ChunkRow): void {
    this.#equal(`first event of chunk ${row.seq}`, row.firstEventId, this.#state.nextEventId)
    const chunk = decodeChunk(this.#machine, row)
    this.#checkPredecessors(chunk)
    const { result, body } = this.#step(chunk)
    this.#equal(`replay of chunk ${row.seq}`, body, row.body)
    this.#note(chunk.cause.event)
    for (const command of result.commands) this.#follow(command)
    this.#state = result.state
  }

  #step({ cause, at, firstEventId }: Chunk): { readonly result: StepResult; readonly body: string } {
    const env = new StepEnv({
      now: at,
      randomBytes: () => {
        throw new Error('the step draws chance, and no seed is stored')
      },
      evaluate: (source, bindings, chance) => expressions.evaluate(source, bindings, chance),
      token: (frame, enteredId, attempt) =>
        makeTaskToken(tokenKey, { executionId: this.#row.id, frame, enteredId, attempt }),
      refuse: () => undefined,
      recorded: cause.recorded ?? new Map(),
      seed: cause.seed,
    })
    const result = step(this.#machine, this.#state, cause.event, env, embeddedLimits)
    const { history, changes, state } = result
    const replayed = { cause: env.cause(cause.event), at, firstEventId, nextFrame: state.nextFrame, history, changes }
    return { result, body: encodeChunk(this.#machine, replayed) }
  }

  /** Ids are gap-free because chunks follow each other; what an event names as its predecessor must be there before it. */
  #checkPredecessors({ history, cause }: Chunk): void {
    for (const { id, previousEventId, type } of history) {
      const first = type === 'ExecutionStarted' || cause.event.kind === 'stop' || type === 'ExecutionTimedOut'
      const valid = previousEventId < id && (previousEventId > 0 || (previousEventId === 0 && first) || id === 2)
      if (!valid) this.#problems.push(this.#about(`event ${id} (${type}) names ${previousEventId} as its predecessor`))
    }
  }

  #note(event: Event): void {
    if (event.kind === 'timer') this.#timers.delete(timerKey(event.frame, timerNumber(event.timer)))
    this.#noteAnswer(event)
  }

  /** An accepted answer has come in time, however long what is made of it takes: its timeouts are gone already. */
  #noteAccepted(event: Event): void {
    this.#noteAnswer(event)
    if (event.kind !== 'taskSucceeded' && event.kind !== 'taskFailed') return
    for (const timer of ['timeout', 'heartbeat'] as const)
      this.#timers.delete(timerKey(event.frame, timerNumber(timer)))
  }

  #noteAnswer(event: Event): void {
    const answers = event.kind === 'taskSucceeded' || event.kind === 'taskFailed' || event.kind === 'taskSubmitted'
    const timedOut = event.kind === 'timer' && (event.timer === 'timeout' || event.timer === 'heartbeat')
    if (answers || timedOut) this.#answered.add(callKey(this.#row.id, event))
  }

  #follow(command: Command): void {
    switch (command.kind) {
      case 'schedule':
        this.#scheduled.add(callKey(this.#row.id, command))
        return
      case 'setTimer': {
        const { frame, enteredId, attempt, at: due } = command
        const kind = timerNumber(command.timer)
        this.#timers.set(timerKey(frame, kind), { frame, kind, enteredId, attempt, due })
        return
      }
      case 'clearTimer':
        this.#timers.delete(timerKey(command.frame, timerNumber(command.timer)))
        return
      case 'close':
        this.#close = command
        return
      case 'cancel':
      case 'continue':
      case 'openMapRun':
      case 'redriveMapRun':
        return
      default:
        command satisfies never
    }
  }

  #checkOpen(): void {
    this.#equal('status', this.#state.status, 'running')
    // Until its first event is carried out it counts as busy.
    const busy = this.#state.nextEventId === 1 || isBusy(this.#machine, this.#state)
    this.#equal('busy', this.#row.busy === 1, busy)
    const timers = [...this.#timers.values()].toSorted((a, b) => a.frame - b.frame || a.kind - b.kind)
    this.#equal('timers', this.#storedTimers(), timers)
    this.#equal('activity tasks', this.#storedActivityTasks(), this.#awaitedActivityTasks())
  }

  #checkClosed(chunks: readonly ChunkRow[]): void {
    const { status, stoppedAt, output, error, cause, digest, busy } = this.#row
    const close = this.#close
    if (close === undefined) return void this.#problems.push(this.#about('it is closed, and its history is not'))
    this.#equal(
      'end',
      [status, stoppedAt, output, error, cause, busy],
      [statusNumbers[close.status], close.at, close.output ?? null, close.error ?? null, close.cause ?? null, 0],
    )
    const hash = createHash('sha256')
    for (const { body } of chunks) hash.update(body)
    this.#equal('digest', digest, hash.digest('hex'))
    this.#equal('timers', this.#storedTimers(), [])
    this.#equal('activity tasks', this.#storedActivityTasks(), [])
  }

  #storedTimers(): readonly TimerRow[] {
    return this.#queries
      .prepare<TimerRow>(selectTimers)
      .all(this.#row.id)
      .map(({ frame, kind, enteredId, attempt, due }) => ({ frame, kind, enteredId, attempt, due }))
  }

  #storedActivityTasks(): readonly (Attempt & { readonly taken: number })[] {
    return this.#queries
      .prepare<Attempt & { taken: number }>(selectActivityTasks)
      .all(this.#row.id)
      .map(({ frame, enteredId, attempt, taken }) => ({ frame, enteredId, attempt, taken }))
  }

  #awaitedActivityTasks(): readonly (Attempt & { readonly taken: number })[] {
    return [...this.#state.frames.values()]
      .flatMap(({ id, visit }) => {
        const state = visit && this.#machine.states[visit.state]
        if (visit?.phase !== 'task' || state?.type !== 'Task' || state.resource.kind !== 'activity') return []
        return [{ frame: id, enteredId: visit.enteredId, attempt: visit.attempt, taken: visit.started ? 1 : 0 }]
      })
      .toSorted((a, b) => a.frame - b.frame)
  }

  #equal(what: string, found: unknown, expected: unknown): void {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
    if (a !== b) this.#problems.push(this.#about(`${what}: stored ${clip(a)}, replayed ${clip(b)}`))
  }

  #about(problem: string): string {
    return `execution ${this.#row.id} (${this.#row.machineName}): ${problem}`
  }
}

/** Safe: the engine wrote it from an Event. */
const inboxEvent = (text: string): Event => (JSON.parse(text) as { event: Event }).event

const timerKey = (frame: number, kind: number): string => `${frame}/${kind}`
const clip = (text = 'nothing'): string => (text.length > 600 ? `${text.slice(0, 600)}…` : text)
