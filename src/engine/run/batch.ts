/**
 * One transaction of the writer: events are decided by `step()` and their rows written. What leaves the engine because of
 * them (calls, wake-ups, answers) is collected as effects and carried out after COMMIT, never before.
 */
import { type Attempt, type Command, type Event, SlowExpression, step, type StepResult } from '../../asl/index.ts'
import { HoldfastError, uuid4 } from '../../base/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { AnswerNeeded, type Transaction } from '../../store/index.ts'
import { executionArn, stateMachineArn } from '../arn.ts'
import { encodeChunk } from '../history/encode.ts'
import type { ExpressEnd } from '../express/express.ts'
import { type ExpressWriting, writeExpressEnd, writeExpressStart } from '../express/write.ts'
import { loggedStep } from '../history/log.ts'
import { Elsewhere, type Forwarded, type ForwardedPoll } from '../node/node.ts'
import type { ChildEndWork, MapItemsWork, MapRedriveWork, MapRunWork } from '../map-run/work.ts'
import { nestedOutput, nestedStartFailure, nestedStarted } from '../task/nested.ts'
import { type Admission, type AdmissionPlace, admit } from './admission.ts'
import { endsTask, isAnswer, keepAnswer } from './answers.ts'
import { awaitsChildren, isAwaited, readNestedCall, stopsOfChildren } from './children.ts'
import { claimLive } from './claim.ts'
import type { Core } from './core.ts'
import { digestOf, sha256, writtenWith } from './digest.ts'
import { awaitsCall, isBusy, type Live, loadLive, newLive } from './live.ts'
import { Ends } from './ends.ts'
import { MapBook, noMapRun } from './map-book.ts'
import { abortedMapRuns, actOnMapRun, openMapRun, redriveRun } from './map-runs.ts'
import { endFromOutside } from './express-child.ts'
import { forgetWaits } from './forget-waits.ts'
import { takeTask } from './poll.ts'
import { reopen, reopenChild, type Reopened } from './redrive.ts'
import { isSnapshotDue, writeSnapshot } from './snapshot.ts'
import { closedExecution, type Effects, newEffects } from './effects.ts'
import * as sql from './statements.ts'
import { expressionKey, StepEnv } from './step-env.ts'
import { takeOver } from './take-over.ts'
import { recordClosed, recordEvent } from './trail.ts'
import {
  type EventOutcome,
  type EventWork,
  type ExpressEndWork,
  type NestedCall,
  nothingRecorded,
  type PolledTask,
  type PollWork,
  type RedriveWork,
  type RoundOutcome,
  type StartWork,
  type UnderWay,
} from './work.ts'
import type { RedrivenExecution, StartedExecution } from '../contract.ts'

/** Timers taken in one transaction; more wait for the next. */
export const timersPerBatch = 500

export class Batch {
  readonly effects: Effects = newEffects()
  readonly #core: Core
  readonly #tx: Transaction
  readonly #now: number
  readonly #maps: MapBook
  readonly #admissions: AdmissionPlace
  readonly #writing: ExpressWriting
  readonly #ends = new Ends()
  readonly #underWay: UnderWay | undefined
  /** Events that this batch has caused itself: a nested execution that ended tells its parent in the same transaction. */
  readonly #followUps: EventWork[] = []
  /** When the last step ended, or the batch began: what follows is counted to the next one. */
  #mark: number

  /** `underWay`: nothing can be asked, for batches before this one may not be committed yet, and it must not hang on them. */
  constructor(core: Core, tx: Transaction, underWay?: UnderWay) {
    this.#core = core
    this.#underWay = underWay
    this.#tx = tx
    this.#now = core.clock.now()
    core.node?.fence(tx)
    core.expressRoom.forgetPromises()
    this.#writing = { place: core, tx, now: this.#now, life: this.#life }
    this.#mark = core.observer?.elapsed() ?? 0
    this.#maps = new MapBook(core, tx, this.#now)
    this.#admissions = { registry: core, queries: tx, ahead: underWay !== undefined, targets: new Map() }
  }

  /** What all works of the batch together have changed, and what ended in it: starts go together, and so do ends. */
  finish(): void {
    // Two nodes that close the last two executions each see the other's still running: they look now and then instead.
    this.#ends.write(this.#tx, this.#core.node === undefined)
    this.#writeMaps()
  }

  #writeMaps(): void {
    for (const id of this.#maps.write()) this.effects.mapRuns.add(id)
  }

  // ---- starting

  /** A refusal is returned: nothing has been written then. */
  start(work: StartWork): StartedExecution | HoldfastError {
    const started = this.#admitAndStart(work)
    this.#runFollowUps()
    return started
  }

  #admitAndStart(work: StartWork): StartedExecution | HoldfastError {
    for (;;) {
      const admission = admit(this.#admissions, work)
      if (admission instanceof HoldfastError) return admission
      if (admission.running !== undefined) return admission.running
      const started = this.#start(work, admission)
      // Another node has taken the name between the look and the insert: the next look sees its execution.
      if (started !== undefined) return started
    }
  }

  /** A nested start: child and parent move in one transaction, so that a crash neither loses nor doubles the child. */
  startNested(work: StartWork & { readonly nested: NestedCall }): void {
    const { nested } = work
    // Between the call and its turn here the state may have timed out or the parent been stopped.
    const parent = this.#live(nested.executionId)
    if (parent instanceof Elsewhere || !awaitsCall(parent, nested)) return
    const requestId = (): string => uuid4(this.#core.randomBytes)
    const started = this.#admitAndStart(work)
    if (started instanceof HoldfastError) this.#followUps.push(nestedStartFailure(nested, started, requestId))
    else this.#followUps.push(nestedStarted(nested, started, requestId))
    this.#runFollowUps()
  }

  endExpress(work: ExpressEndWork): void {
    writeExpressEnd(this.#writing, this.effects, work)
  }

  #start(work: StartWork, admission: Admission): StartedExecution | undefined {
    const { revision, name, version, alias } = admission
    if (revision.type === 'EXPRESS') return writeExpressStart(this.#writing, this.effects, work, admission)
    const { account } = this.#core
    const arn = executionArn(account, revision.machineName, name)
    const compiled = this.#core.revisions.get(this.#tx, revision.revisionId)
    const awaited = isAwaited(work.nested)
    const row = {
      machineId: revision.machineId,
      revisionId: revision.revisionId,
      machineName: revision.machineName,
      name,
      startedAt: this.#now,
      input: work.input,
      traceHeader: work.traceHeader ?? null,
      awaitedBy: awaited ? JSON.stringify(work.nested) : null,
      parentId: awaited ? (work.nested?.executionId ?? null) : null,
      node: this.#life,
      version: version ?? null,
      alias: alias ?? null,
      ...noMapRun,
    }
    // Only a name that somebody chose can be chosen at another node too.
    const chosen = this.#core.node !== undefined && work.name !== undefined
    const id = chosen ? sql.insertNamedExecution(this.#tx, row) : sql.insertExecution(this.#tx, row)
    if (id === undefined) return undefined
    this.effects.started++
    const cause = work.actor.type === 'machine' ? ({ type: 'execution', id: work.actor.id } as const) : work.cause
    appendRecord(this.#tx, {
      at: this.#now,
      actor: work.actor,
      action: 'execution.start',
      subject: { type: 'execution', id: arn },
      change: { machine: stateMachineArn(account, revision.machineName), inputSha256: sha256(work.input) },
      ...(cause === undefined ? {} : { cause }),
    })
    this.#apply(
      { ...newLive(this.#core, { id, ...row }, compiled), busy: true },
      { kind: 'event', executionId: id, event: { kind: 'start' } },
    )
    return { executionArn: arn, startedAt: this.#now }
  }

  /** Opens the execution and lets it go on in one transaction. */
  redrive(work: RedriveWork): RedrivenExecution | HoldfastError {
    const reopening = reopen(this.#core, this.#tx, work)
    if (reopening.kind === 'refused') return reopening.error
    if (reopening.kind === 'reopened') this.#goOn(reopening)
    return reopening.redriven
  }

  #goOn({ live, event }: Reopened): void {
    this.#apply({ ...live, busy: true }, { kind: 'event', executionId: live.row.id, event })
    this.#runFollowUps()
  }

  // ---- events

  /** `answered`: somebody waits for the outcome. */
  event(work: EventWork, answered = false): EventOutcome | Forwarded {
    const outcome = this.#event(work, answered)
    this.#runFollowUps()
    return outcome
  }

  #event(work: EventWork, answered = false): EventOutcome | Forwarded {
    if (work.inboxId !== undefined) sql.dropInbox(this.#tx, work.inboxId)
    const live = this.#live(work.executionId)
    if (!(live instanceof Elsewhere)) return this.#deliver(live, work)
    this.effects.hints.push({ kind: 'letters', node: live.life })
    // What came as a letter stays one, for whoever has the execution now.
    if (work.letter !== undefined) return 'stale'
    return live.node.write(this.#tx, work, answered)
  }

  #deliver(live: Live | undefined, work: EventWork): EventOutcome {
    const { node } = this.#core
    const { letter } = work
    if (node === undefined || letter === undefined) return live === undefined ? 'closed' : this.#apply(live, work)
    // The execution is this transaction's now: whoever had it before has committed what it did with the letter.
    if (!node.isOpen(this.#tx, letter.id)) return 'stale'
    const outcome = live === undefined ? 'closed' : this.#apply(live, work)
    node.answer(this.#tx, letter.id, outcome)
    if (letter.sender !== null) this.effects.hints.push({ kind: 'answers', node: letter.sender })
    return outcome
  }

  #runFollowUps(): void {
    for (let work = this.#followUps.shift(); work !== undefined; work = this.#followUps.shift()) this.#event(work)
  }

  /** Fires what is due; when that is more than one batch takes, the next alarm rings at once. */
  timers(): void {
    const { node } = this.#core
    const due = node?.dueTimers(this.#tx, timersPerBatch) ?? sql.dueTimers(this.#tx, this.#now, timersPerBatch)
    for (const timer of due) this.timer(timer)
    const next = node === undefined ? sql.nextDue(this.#tx) : node.nextDue(this.#tx, due.length < timersPerBatch)
    if (next !== undefined) this.effects.earliestTimer = Math.min(this.effects.earliestTimer, next)
  }

  timer(timer: sql.DueTimer): void {
    if (!sql.takeTimer(this.#tx, timer, this.#now)) return
    const { executionId, ...event } = timer
    this.event({ kind: 'event', executionId, event: { kind: 'timer', ...event } })
  }

  // ---- Map Runs

  /** How many of the children were started. */
  mapItems(work: MapItemsWork): number {
    return this.#maps.start(work, (live) => this.#beginChild(live))
  }

  #beginChild(live: Live): void {
    if (live.express) return this.#beginExpress(live)
    this.#apply(live, { kind: 'event', executionId: live.row.id, event: { kind: 'start' } })
    this.#runFollowUps()
  }

  mapRedrive(work: MapRedriveWork): number {
    return this.#maps.redrive(work, { begin: (live) => this.#beginChild(live), resume: (id) => this.#resumeChild(id) })
  }

  #resumeChild(executionId: number): boolean {
    const reopened = reopenChild(this.#core, this.#tx, executionId)
    if (reopened !== undefined) this.#goOn(reopened)
    return reopened !== undefined
  }

  /** In memory, as soon as it is certain that it is recorded. */
  #beginExpress(live: Live): void {
    this.effects.touched.set(live.row.id, live)
    this.effects.expressChildren.push(live)
  }

  /** Whoever stopped it, or has it now, counts. */
  childEnd({ executionId, end }: ChildEndWork): void {
    const live = this.#live(executionId)
    if (live === undefined || live instanceof Elsewhere) return
    this.#endExpressChild(live, end)
  }

  #endExpressChild(live: Live, end: ExpressEnd): void {
    this.effects.touched.set(live.row.id, undefined)
    this.#close(live, { kind: 'close', ...end })
  }

  /** What comes to an express child from outside can only end it: its steps are none of the store's. */
  #applyToExpress(live: Live, { event }: EventWork): EventOutcome {
    const end = endFromOutside(event, this.#now)
    if (end === undefined) return 'stale'
    this.#endExpressChild(live, end)
    return 'applied'
  }

  mapRun({ runId, act }: MapRunWork): void {
    // What has ended in this transaction is among what is to run again.
    if (act.kind === 'reopen') this.#writeMaps()
    for (const work of actOnMapRun(this.#maps.place, runId, act)) this.event(work)
    this.#maps.touch(runId)
  }

  poll(work: PollWork): PolledTask | ForwardedPoll | undefined {
    return takeTask(this.#core, this.#tx, work, (started) => this.event(started, true))
  }

  /** Changes something and takes it back, so that the commit has to reach the disk. */
  probe(text = ''): void {
    sql.dropInbox(this.#tx, sql.putInbox(this.#tx, 0, text, this.#life))
  }

  round(): RoundOutcome {
    return takeOver(this.#core, this.#tx, this.effects)
  }

  /** The life in which this is written; null where no other process can be. */
  get #life(): number | null {
    return this.#core.node?.life ?? null
  }

  #live(id: number): Live | Elsewhere | undefined {
    const { cache, node, revisions } = this.#core
    if (this.effects.touched.has(id)) return this.effects.touched.get(id)
    if (this.#underWay?.has(id) === true) throw new AnswerNeeded()
    const cached = cache.get(id)
    // Nobody else goes on with what is busy here, as long as this life is not over.
    if (node !== undefined && cached?.busy !== true)
      return claimLive({ core: this.#core, tx: this.#tx, node }, id, cached)
    return cached ?? loadLive(this.#core, revisions, this.#tx, id)
  }

  #apply(live: Live, work: EventWork): EventOutcome {
    if (live.express) return this.#applyToExpress(live, work)
    const env = new StepEnv({
      now: work.again?.now ?? this.#now,
      randomBytes: this.#core.randomBytes,
      evaluate: (source, bindings, chance) => this.#core.expressions.evaluate(source, bindings, chance),
      token: (frame, enteredId, attempt) => this.#core.token({ executionId: live.row.id, frame, enteredId, attempt }),
      refuse: (resource, parameters) => this.#core.refuse(this.#tx, resource, parameters),
      recorded: work.again?.recorded ?? nothingRecorded,
      seed: work.again?.seed,
    })
    let result: StepResult
    try {
      result = step(live.machine, live.state, work.event, env, this.#core.limits)
    } catch (error) {
      if (error instanceof AnswerNeeded) throw error
      if (error instanceof SlowExpression) return this.#defer(live, work, env, error)
      this.#core.logger.error('a step failed inside the engine', { execution: live.state.about.arn, error })
      if (work.event.kind === 'fault') throw error
      const cause = `Holdfast could not carry out this step: ${error instanceof Error ? error.message : String(error)}`
      return this.#apply(live, { ...work, event: { kind: 'fault', cause } })
    }
    if (result.state === live.state) return 'stale'
    if (work.trail !== undefined) recordEvent(this.#tx, this.#now, live, work.trail)
    this.#write(live, work, env, result)
    this.effects.steps++
    this.#noteTime(live, work.event)
    return 'applied'
  }

  /** One reading of the time for each step: it ends there, and the next one begins. */
  #noteTime(live: Live, event: Event): void {
    const { observer } = this.#core
    if (observer === undefined) return
    const began = this.#mark
    this.#mark = observer.elapsed()
    const ms = this.#mark - began
    if (ms < observer.slowMs) return
    const visit = 'frame' in event ? live.state.frames.get(event.frame)?.visit : undefined
    const state = visit === undefined ? undefined : live.machine.states[visit.state]?.name
    this.effects.slowSteps.push({ doing: 'step', ms, execution: live.state.about.arn, state, detail: event.kind })
  }

  /** The event is durable in the inbox before anybody waits for its expression. */
  #defer(live: Live, work: EventWork, env: StepEnv, expression: SlowExpression): EventOutcome {
    const { event, trail } = work
    if (isAnswer(event) && !keepAnswer(this.#tx, live.row.id, event)) return 'stale'
    const inboxId = sql.putInbox(this.#tx, live.row.id, JSON.stringify({ event, trail }), this.#life)
    const key = expressionKey(expression.source, expression.bindings)
    const again = { now: env.now, seed: env.seed, recorded: work.again?.recorded ?? nothingRecorded }
    this.effects.slow.push({ work: { ...work, inboxId, again }, key, expression })
    this.effects.touched.set(live.row.id, live)
    return 'applied'
  }

  #write(live: Live, work: EventWork, env: StepEnv, result: StepResult): void {
    const { id } = live.row
    const { event } = work
    const kept = event.kind === 'heartbeat' ? live : this.#append(live, env, event, result)
    const busy = result.state.status === 'running' && isBusy(live.machine, result.state)
    const ends = result.state.status !== 'running'
    // What sleeps may be many, and for long.
    const next: Live = { ...kept, busy, written: busy || ends ? kept.written : undefined }
    if (endsTask(event) && live.machine.usesActivities) sql.dropActivityTask(this.#tx, id, event)
    this.effects.touched.set(id, next)
    for (const command of result.commands) this.#carryOut(next, command)
    if (ends) this.effects.touched.set(id, undefined)
    else if (busy !== live.busy) sql.setBusy(this.#tx, id, busy, this.#life)
  }

  #append(live: Live, env: StepEnv, event: Event, { state, history, changes }: StepResult): Live {
    const seq = live.seq + 1
    const firstEvent = live.state.nextEventId
    const at = env.now
    const chunk = {
      cause: env.cause(event),
      at,
      firstEventId: firstEvent,
      nextFrame: state.nextFrame,
      history,
      changes,
    }
    const body = encodeChunk(live.machine, chunk)
    sql.insertChunk(this.#tx, { executionId: live.row.id, seq, firstEvent, at, body })
    if (live.logging !== undefined) this.effects.logged.push(loggedStep(live.logging, { state, history, at }))
    const { chunks, bytes, size } = live.snapshot
    const snapshot = { chunks: chunks + 1, bytes: bytes + body.length, size }
    const next: Live = { ...live, state, seq, snapshot, written: writtenWith(live, body) }
    return state.status === 'running' && isSnapshotDue(live) ? writeSnapshot(this.#tx, next, this.#now) : next
  }

  // ---- commands

  #carryOut(live: Live, command: Command): void {
    const { id } = live.row
    switch (command.kind) {
      case 'schedule':
        return this.#schedule(live, command)
      case 'cancel':
        if (live.machine.usesActivities) sql.dropActivityTask(this.#tx, id, command)
        this.#stopChildren(live, command)
        this.effects.cancels.push({ executionId: id, attempt: command })
        return
      case 'openMapRun':
        this.effects.mapRuns.add(openMapRun(this.#maps.place, live, command))
        return
      case 'redriveMapRun':
        this.effects.mapRuns.add(redriveRun(this.#maps.place, live, command))
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
    const { arn } = command.resource
    sql.queueActivityTask(this.#tx, arn, live.row.id, command, command.input)
    this.effects.activities.set(arn, (this.effects.activities.get(arn) ?? 0) + 1)
  }

  #close(live: Live, command: Extract<Command, { kind: 'close' }>): void {
    const { id, machineId, mapRunId, awaitedBy } = live.row
    const { about } = live.state
    const digest = digestOf(this.#tx, live)
    const status = sql.statusNumbers[command.status]
    this.#ends.add(id, { ...command, status, stoppedAt: command.at, digest }, mapRunId === null ? machineId : undefined)
    forgetWaits(this.#tx, live)
    // One that succeeds has waited for all that it had begun.
    if (command.status !== 'succeeded') this.#stopChildren(live, undefined)
    if (mapRunId !== null) this.#maps.ended(mapRunId, live, command.status)
    else recordClosed(this.#tx, { at: this.#now, arn: about.arn, status: command.status, digest })
    this.effects.closed.set(id, closedExecution(live, command))
    this.effects.cancels.push({ executionId: id, attempt: undefined })
    if (awaitedBy !== null) this.#followUps.push(nestedOutput(readNestedCall(awaitedBy), about, command))
  }

  #stopChildren(live: Live, attempt: Attempt | undefined): void {
    for (const id of abortedMapRuns(this.#maps.place, live, attempt)) this.effects.mapRuns.add(id)
    if (!awaitsChildren(live.machine)) return
    const parent = { id: live.row.id, arn: live.state.about.arn }
    this.#followUps.push(...stopsOfChildren(this.#tx, parent, attempt))
  }
}
