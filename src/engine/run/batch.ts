/**
 * One transaction of the writer: events are decided by `step()` and their rows written. What leaves the engine because of
 * them (calls, wake-ups, answers) is collected as effects and carried out after COMMIT, never before.
 */
import { createHash } from 'node:crypto'
import {
  type Attempt,
  type Command,
  type Event,
  type ExecutionState,
  SlowExpression,
  step,
  type StepResult,
} from '../../asl/index.ts'
import { HoldfastError, type JsonText, uuid4, uuid7 } from '../../base/index.ts'
import { type Actor, appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { executionArn, stateMachineArn } from '../arn.ts'
import { executionExists } from '../errors.ts'
import { encodeChunk } from '../history/encode.ts'
import { requireStartable } from '../machine/start.ts'
import { finishDeletion } from '../machine/queries.ts'
import { nestedOutput, nestedStartFailure, nestedStarted } from '../task/nested.ts'
import type { Core } from './core.ts'
import { isBusy, type Live, loadLive, newLive, stateAsChanges } from './live.ts'
import * as sql from './statements.ts'
import { expressionKey, StepEnv } from './step-env.ts'
import type { EventOutcome, EventWork, NestedCall, PolledTask, PollWork, StartWork } from './work.ts'
import type { StartedExecution } from '../contract.ts'

/** What happens after COMMIT, in this order. */
export type Effects = {
  readonly calls: { readonly live: Live; readonly command: Extract<Command, { kind: 'schedule' }> }[]
  readonly cancels: { readonly executionId: number; readonly attempt: Attempt | undefined }[]
  /** Executions to go on with in the next batch. */
  readonly continues: number[]
  /** Expressions to evaluate elsewhere; their events wait in the inbox. */
  readonly slow: { readonly work: EventWork; readonly key: string; readonly expression: SlowExpression; readonly now: number }[]
  readonly touched: Map<number, Live | undefined>
  readonly activities: Set<string>
  readonly closed: Set<number>
  earliestTimer: number
}

/** Timers taken in one transaction; more wait for the next. */
export const timersPerBatch = 500
const snapshotAfterChunks = 128
const snapshotGrowth = 4

export class Batch {
  readonly effects: Effects = {
    calls: [],
    cancels: [],
    continues: [],
    slow: [],
    touched: new Map(),
    activities: new Set(),
    closed: new Set(),
    earliestTimer: Infinity,
  }
  readonly #core: Core
  readonly #tx: Transaction
  readonly #now: number
  /** Events that this batch has caused itself: a nested execution that ended tells its parent in the same transaction. */
  readonly #followUps: EventWork[] = []

  constructor(core: Core, tx: Transaction) {
    this.#core = core
    this.#tx = tx
    this.#now = core.clock.now()
  }

  // ---- starting

  start(work: StartWork): StartedExecution {
    const started = this.#start(work)
    this.#runFollowUps()
    return started
  }

  #start(work: StartWork): StartedExecution {
    const { account } = this.#core
    const revision = requireStartable(this.#tx, work.stateMachineArn)
    const name = work.name ?? uuid7(this.#now, this.#core.randomBytes)
    const arn = executionArn(account, revision.machineName, name)
    const taken = work.name === undefined ? undefined : sql.findByName(this.#tx, revision.machineName, name)
    if (taken !== undefined) {
      const same = taken.machineId === revision.machineId && taken.input === work.input && taken.status === 0
      if (same && work.nested === undefined) return { executionArn: arn, startedAt: taken.startedAt }
      throw executionExists(arn)
    }
    const compiled = this.#core.revisions.get(this.#tx, revision.revisionId)
    const row = {
      machineId: revision.machineId,
      revisionId: revision.revisionId,
      machineName: revision.machineName,
      name,
      startedAt: this.#now,
      input: work.input,
      traceHeader: work.traceHeader ?? null,
      awaitedBy: awaits(work.nested) ? JSON.stringify(work.nested) : null,
    }
    const id = sql.insertExecution(this.#tx, row)
    appendRecord(this.#tx, {
      at: this.#now,
      actor: work.actor,
      action: 'execution.start',
      subject: { type: 'execution', id: arn },
      change: { machine: stateMachineArn(account, revision.machineName), inputSha256: sha256(work.input) },
      ...(work.actor.type === 'machine' ? { cause: { type: 'execution', id: work.actor.id } as const } : {}),
    })
    this.#apply({ ...newLive(this.#core, { id, ...row }, compiled), busy: true }, { kind: 'event', executionId: id, event: { kind: 'start' } })
    return { executionArn: arn, startedAt: this.#now }
  }

  /** A nested start: child and parent move in one transaction, so that a crash neither loses nor doubles the child. */
  startNested(work: StartWork & { readonly nested: NestedCall }): void {
    try {
      const started = this.#start(work)
      this.#followUps.push(nestedStarted(work.nested, started, () => uuid4(this.#core.randomBytes)))
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.#followUps.push(nestedStartFailure(work.nested, error, () => uuid4(this.#core.randomBytes)))
    }
    this.#runFollowUps()
  }

  // ---- events

  event(work: EventWork): EventOutcome {
    const outcome = this.#event(work)
    this.#runFollowUps()
    return outcome
  }

  #event(work: EventWork): EventOutcome {
    if (work.inboxId !== undefined) sql.dropInbox(this.#tx, work.inboxId)
    const live = this.#live(work.executionId)
    return live === undefined ? 'closed' : this.#apply(live, work)
  }

  #runFollowUps(): void {
    for (let work = this.#followUps.shift(); work !== undefined; work = this.#followUps.shift()) this.#event(work)
  }

  /** Fires what is due; when that is more than one batch takes, the next alarm rings at once. */
  timers(): void {
    const due = sql.dueTimers(this.#tx, this.#now, timersPerBatch)
    for (const timer of due) {
      if (!sql.takeTimer(this.#tx, timer, this.#now)) continue
      const { executionId, ...event } = timer
      this.event({ kind: 'event', executionId, event: { kind: 'timer', ...event } })
    }
    const next = sql.nextDue(this.#tx)
    if (next !== undefined) this.effects.earliestTimer = Math.min(this.effects.earliestTimer, next)
  }

  poll(work: PollWork): PolledTask | undefined {
    for (;;) {
      const task = sql.oldestActivityTask(this.#tx, work.activityArn)
      if (task === undefined) return undefined
      sql.takeActivityTask(this.#tx, task.id)
      const { executionId, frame, enteredId, attempt } = task
      const { workerName } = work
      const event: Event = { kind: 'taskStarted', frame, enteredId, attempt, ...(workerName === undefined ? {} : { workerName }) }
      if (this.event({ kind: 'event', executionId, event }) !== 'applied') continue
      return { token: this.#core.token({ executionId, frame, enteredId, attempt }), input: task.input }
    }
  }

  #live(id: number): Live | undefined {
    if (this.effects.touched.has(id)) return this.effects.touched.get(id)
    return this.#core.cache.get(id) ?? loadLive(this.#core, this.#core.revisions, this.#tx, id)
  }

  #apply(live: Live, work: EventWork): EventOutcome {
    const env = new StepEnv({
      now: this.#now,
      randomBytes: this.#core.randomBytes,
      evaluate: (source, bindings, chance) => this.#core.expressions.evaluate(source, bindings, chance),
      token: (frame, enteredId, attempt) => this.#core.token({ executionId: live.row.id, frame, enteredId, attempt }),
      refuse: (resource, parameters) => this.#core.refuse(this.#tx, resource, parameters),
      recorded: work.recorded ?? nothingRecorded,
      seed: undefined,
    })
    let result: StepResult
    try {
      result = step(live.machine, live.state, work.event, env, this.#core.limits)
    } catch (error) {
      if (error instanceof SlowExpression) return this.#defer(live, work, error)
      this.#core.logger.error('a step failed inside the engine', { execution: live.state.about.arn, error })
      if (work.event.kind === 'fault') throw error
      const cause = `Holdfast could not carry out this step: ${error instanceof Error ? error.message : String(error)}`
      return this.#apply(live, { ...work, event: { kind: 'fault', cause } })
    }
    if (result.state === live.state) return 'stale'
    if (work.trail !== undefined) this.#record(live, work.trail)
    this.#write(live, work, env, result)
    return 'applied'
  }

  #record(live: Live, { actor, action }: NonNullable<EventWork['trail']>): void {
    const { arn } = live.state.about
    appendRecord(this.#tx, {
      at: this.#now,
      actor,
      action,
      subject: { type: 'execution', id: arn },
      execution: arn,
      eventId: live.state.nextEventId,
      ...(actor.type === 'machine' || actor.type === 'system' ? { cause: { type: 'execution', id: actor.id } as const } : {}),
    })
  }

  /** The event is durable in the inbox before anybody waits for its expression. */
  #defer(live: Live, work: EventWork, expression: SlowExpression): EventOutcome {
    const inboxId = sql.putInbox(this.#tx, live.row.id, JSON.stringify(work.event))
    const key = expressionKey(expression.source, expression.bindings)
    this.effects.slow.push({ work: { ...work, inboxId }, key, expression, now: this.#now })
    this.effects.touched.set(live.row.id, live)
    return 'applied'
  }

  #write(live: Live, work: EventWork, env: StepEnv, result: StepResult): void {
    const { id } = live.row
    const { event } = work
    const kept = event.kind === 'heartbeat' ? live : this.#append(live, env, event, result)
    const busy = result.state.status === 'running' && isBusy(live.machine, result.state)
    const next: Live = { ...kept, busy }
    if (answers(event) && live.machine.usesActivities) sql.dropActivityTask(this.#tx, id, event)
    this.effects.touched.set(id, next)
    for (const command of result.commands) this.#carryOut(next, command)
    if (result.state.status !== 'running') this.effects.touched.set(id, undefined)
    else if (busy !== live.busy) sql.setBusy(this.#tx, id, busy)
  }

  #append(live: Live, env: StepEnv, event: Event, { state, history, changes }: StepResult): Live {
    const seq = live.seq + 1
    const firstEvent = live.state.nextEventId
    const chunk = { cause: env.cause(event), at: this.#now, firstEventId: firstEvent, nextFrame: state.nextFrame, history, changes }
    const body = encodeChunk(live.machine, chunk)
    sql.insertChunk(this.#tx, { executionId: live.row.id, seq, firstEvent, at: this.#now, body })
    const { chunks, bytes, size } = live.snapshot
    const next: Live = { ...live, state, seq, snapshot: { chunks: chunks + 1, bytes: bytes + body.length, size } }
    return state.status === 'running' && chunks >= snapshotAfterChunks && bytes > snapshotGrowth * size
      ? this.#snapshot(next, state)
      : next
  }

  #snapshot(live: Live, state: ExecutionState): Live {
    const body = encodeChunk(live.machine, {
      cause: { event: { kind: 'continue' } },
      at: this.#now,
      firstEventId: state.nextEventId,
      nextFrame: state.nextFrame,
      history: [],
      changes: stateAsChanges(state),
    })
    const row = { executionId: live.row.id, seq: live.seq, firstEvent: state.nextEventId, at: this.#now, body }
    sql.putSnapshot(this.#tx, row)
    return { ...live, snapshot: { chunks: 0, bytes: 0, size: body.length } }
  }

  // ---- commands

  #carryOut(live: Live, command: Command): void {
    const { id } = live.row
    switch (command.kind) {
      case 'schedule':
        return this.#schedule(live, command)
      case 'cancel':
        if (live.machine.usesActivities) sql.dropActivityTask(this.#tx, id, command)
        this.effects.cancels.push({ executionId: id, attempt: command })
        return
      case 'setTimer':
        sql.putTimer(this.#tx, id, command, command.timer, command.at)
        this.effects.earliestTimer = Math.min(this.effects.earliestTimer, command.at)
        return
      case 'clearTimer':
        sql.dropTimer(this.#tx, id, command.frame, command.timer)
        return
      case 'continue':
        this.effects.continues.push(id)
        return
      case 'close':
        return this.#close(live, command)
      default:
        command satisfies never
    }
  }

  #schedule(live: Live, command: Extract<Command, { kind: 'schedule' }>): void {
    if (command.resource.kind !== 'activity') {
      this.effects.calls.push({ live, command })
      return
    }
    sql.queueActivityTask(this.#tx, command.resource.arn, live.row.id, command, command.input)
    this.effects.activities.add(command.resource.arn)
  }

  #close(live: Live, command: Extract<Command, { kind: 'close' }>): void {
    const { id, machineId, awaitedBy } = live.row
    const { about } = live.state
    const digest = this.#digest(id)
    sql.closeExecution(this.#tx, id, {
      status: sql.statusNumbers[command.status],
      stoppedAt: command.at,
      output: command.output,
      error: command.error,
      cause: command.cause,
      digest,
    })
    this.#forgetWaits(live)
    appendRecord(this.#tx, {
      at: this.#now,
      actor: engineActor,
      action: 'execution.close',
      subject: { type: 'execution', id: about.arn },
      change: { status: command.status, historySha256: digest },
      cause: { type: 'execution', id: about.arn },
    })
    finishDeletion(this.#tx, machineId)
    this.effects.closed.add(id)
    this.effects.cancels.push({ executionId: id, attempt: undefined })
    if (awaitedBy !== null) this.#followUps.push(nestedOutput(readNestedCall(awaitedBy), about, command))
  }

  #forgetWaits(live: Live): void {
    const { id } = live.row
    sql.dropTimers(this.#tx, id)
    if (live.machine.usesActivities) sql.dropActivityTasks(this.#tx, id)
    sql.dropInboxOf(this.#tx, id)
    if (live.snapshot.size > 0) this.#tx.prepare('DELETE FROM snapshot WHERE execution_id = ?').run(id)
  }

  #digest(executionId: number): string {
    const hash = createHash('sha256')
    for (const { body } of sql.chunkBodies(this.#tx, executionId)) hash.update(body)
    return hash.digest('hex')
  }
}

const nothingRecorded: ReadonlyMap<string, JsonText> = new Map()
const engineActor: Actor = { type: 'system', id: 'engine', via: 'timer' }

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const awaits = (nested: NestedCall | undefined): boolean => nested?.pattern === 'sync' || nested?.pattern === 'sync:2'

/** Written by `#start` from a NestedCall. */
const readNestedCall = (text: JsonText): NestedCall => JSON.parse(text) as NestedCall

type AnswerEvent = Extract<Event, { kind: 'taskSucceeded' | 'taskFailed' | 'timer' }>
const answers = (event: Event): event is AnswerEvent =>
  event.kind === 'taskSucceeded' || event.kind === 'taskFailed' || event.kind === 'timer'
