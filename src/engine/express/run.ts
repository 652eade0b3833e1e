/**
 * One express execution in memory. Each event goes through `step()` as in a durable one, and its commands are carried out at
 * once: nothing is written, so nothing has to be waited for.
 */
import {
  type About,
  type Attempt,
  type Command,
  type Event,
  type ExecutionState,
  type HistoryEvent,
  type Machine,
  newExecution,
  SlowExpression,
  step,
  type StepResult,
  type TimerKind,
} from '../../asl/index.ts'
import { HoldfastError, type JsonText, uuid4 } from '../../base/index.ts'
import { taskCancelled } from '../errors.ts'
import type { TaskAnswer, TaskCall } from '../resource-handler.ts'
import { answerEvent, findHandler } from '../run/calls.ts'
import type { Core } from '../run/core.ts'
import { sameAttempt } from '../run/live.ts'
import { ObservedCall, unexpected } from '../run/observed-call.ts'
import { expressionKey, StepEnv } from '../run/step-env.ts'
import type { StartWork } from '../run/work.ts'
import { isNestedStart, nestedParameters, startedOutput, startFailure } from '../task/nested.ts'
import type { StartedExecution } from '../contract.ts'
import { type ExpressEnd, expressLimits } from './express.ts'

type Schedule = Extract<Command, { kind: 'schedule' }>
type Recorded = ReadonlyMap<string, JsonText>
/** The time and chance of a try that met a slow expression, and the outcomes that are known since. */
type Again = { readonly now: number; readonly seed: string | undefined; readonly recorded: Recorded }

export type ExpressRunOptions = {
  readonly core: Core
  readonly machine: Machine
  readonly about: About
  /** Starts an execution that a state asks for. */
  readonly start: (work: StartWork) => Promise<StartedExecution>
  /** X-Amzn-Trace-Id, as the caller gave it. */
  readonly traceHeader?: string | undefined
  /** The events of each step as they come, where somebody wants the history. */
  readonly heard?: (history: readonly HistoryEvent[], at: number) => void
}

export class ExpressRun {
  readonly ended: Promise<ExpressEnd>
  readonly #options: ExpressRunOptions
  readonly #end = Promise.withResolvers<ExpressEnd>()
  readonly #queue: Event[] = []
  /** Cancels the alarm. By frame and kind: a frame has one timer of a kind. */
  readonly #timers = new Map<string, () => void>()
  /** By frame: it has at most one call. */
  readonly #calls = new Map<number, ObservedCall>()
  #state: ExecutionState
  #stepping = false
  #over = false

  constructor(options: ExpressRunOptions) {
    this.#options = options
    this.ended = this.#end.promise
    this.#state = newExecution(options.about)
  }

  /** Calls of tasks under way. */
  get calls(): number {
    return this.#calls.size
  }

  begin(): void {
    this.#take({ kind: 'start' })
  }

  /** The process ends: whoever waits is told `reason`, and nothing goes on. */
  abandon(reason: HoldfastError): void {
    if (this.#over) return
    this.#leave()
    this.#end.reject(reason)
  }

  #leave(): void {
    this.#over = true
    for (const cancel of this.#timers.values()) cancel()
    for (const call of this.#calls.values()) call.cancel(taskCancelled())
    this.#timers.clear()
    this.#calls.clear()
  }

  // ---- events

  /** Events that come while one is being carried out wait for it: handlers may answer at once. */
  #take(event: Event): void {
    this.#queue.push(event)
    if (!this.#stepping) this.#goOn()
  }

  #goOn(): void {
    this.#stepping = true
    for (let event = this.#queue.shift(); event !== undefined && !this.#over; event = this.#queue.shift()) {
      if (!this.#step(event, undefined)) return
    }
    this.#stepping = false
  }

  /** False when it waits for an expression: then nothing else is carried out meanwhile. */
  #step(event: Event, again: Again | undefined): boolean {
    const { core, machine } = this.#options
    const env = this.#env(again)
    const began = core.observer?.elapsed() ?? 0
    let result: StepResult
    try {
      result = step(machine, this.#state, event, env, expressLimits(core.limits))
    } catch (error) {
      if (error instanceof SlowExpression) {
        void this.#evaluate(event, error, { now: env.now, seed: env.seed, recorded: again?.recorded ?? new Map() })
        return false
      }
      return this.#fault(event, error)
    }
    this.#noteTime(event, began)
    this.#state = result.state
    if (result.history.length > 0) this.#options.heard?.(result.history, env.now)
    for (const command of result.commands) this.#obey(command)
    return true
  }

  #noteTime(event: Event, began: number): void {
    const { core, about, machine } = this.#options
    const { observer } = core
    if (observer === undefined) return
    const ms = observer.elapsed() - began
    if (ms < observer.slowMs) return
    const visit = 'frame' in event ? this.#state.frames.get(event.frame)?.visit : undefined
    const state = visit === undefined ? undefined : machine.states[visit.state]?.name
    observer.slow({ doing: 'step', ms, execution: about.arn, state, detail: event.kind })
  }

  #fault(event: Event, error: unknown): boolean {
    const { core, about } = this.#options
    core.logger.error('a step failed inside the engine', { execution: about.arn, error })
    const cause = `Holdfast could not carry out this step: ${error instanceof Error ? error.message : String(error)}`
    if (event.kind !== 'fault') return this.#step({ kind: 'fault', cause }, undefined)
    this.#close({ status: 'failed', at: core.clock.now(), error: 'States.Runtime', cause })
    return true
  }

  #env(again: Again | undefined): StepEnv {
    const { core } = this.#options
    return new StepEnv({
      now: again?.now ?? core.clock.now(),
      randomBytes: core.randomBytes,
      evaluate: (source, bindings, chance) => core.expressions.evaluate(source, bindings, chance),
      token: noToken,
      refuse: (resource, parameters) => core.refuse(core.store.read, resource, parameters),
      recorded: again?.recorded ?? nothingRecorded,
      seed: again?.seed,
    })
  }

  async #evaluate(event: Event, { source, bindings }: SlowExpression, again: Again): Promise<void> {
    const { core } = this.#options
    const random = (): number => new DataView(core.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
    const outcome = await core.expressions
      .evaluateSlowly(source, bindings, { now: again.now, random })
      .catch((error: unknown) => ({ kind: 'failed', detail: `: ${String(error)}` }) as const)
    if (this.#over) return
    const recorded = new Map([...again.recorded, [expressionKey(source, bindings), JSON.stringify(outcome)] as const])
    if (this.#step(event, { ...again, recorded })) this.#goOn()
  }

  // ---- commands

  #obey(command: Command): void {
    switch (command.kind) {
      case 'schedule':
        return this.#call(command)
      case 'cancel':
        return this.#cancelCall(command)
      case 'setTimer':
        return this.#setTimer(command, command.timer, command.at)
      case 'clearTimer':
        return this.#clearTimer(command, command.timer)
      case 'openMapRun':
      case 'redriveMapRun':
        // The checker admits no distributed Map here; a definition that came in another way ends with the reason.
        setImmediate(() => this.#take({ kind: 'fault', cause: 'An express execution has no distributed Map.' }))
        return
      case 'continue':
        // In a later turn: a long run of states must not keep everything else waiting.
        setImmediate(() => this.#take({ kind: 'continue' }))
        return
      case 'close':
        return this.#close(command)
      default:
        command satisfies never
    }
  }

  #close({ status, at, output, error, cause }: ExpressEnd): void {
    this.#leave()
    const more = { ...(output === undefined ? {} : { output }), ...(error === undefined ? {} : { error }) }
    this.#end.resolve({ status, at, ...more, ...(cause === undefined ? {} : { cause }) })
  }

  #setTimer({ frame, enteredId, attempt }: Attempt, timer: TimerKind, at: number): void {
    this.#timers.get(timerName(frame, timer))?.()
    const ring = (): void => {
      this.#timers.delete(timerName(frame, timer))
      this.#take({ kind: 'timer', frame, enteredId, attempt, timer })
    }
    this.#timers.set(timerName(frame, timer), this.#options.core.clock.alarm(at, ring))
  }

  #clearTimer({ frame }: Attempt, timer: TimerKind): void {
    this.#timers.get(timerName(frame, timer))?.()
    this.#timers.delete(timerName(frame, timer))
  }

  // ---- calls

  #call(command: Schedule): void {
    if (isNestedStart(command)) return void this.#startNested(command)
    const handler = findHandler(this.#options.core.handlers, command)
    if (!('call' in handler)) return this.#answer(command, handler)
    const { core, about, traceHeader } = this.#options
    const call = new ObservedCall(command, this.#taskCall(command), {
      observer: core.observer,
      execution: { startedAt: about.startedAt, traceHeader },
    })
    this.#calls.set(command.frame, call)
    call.run(handler, (answer) => {
      this.#calls.delete(command.frame)
      this.#answer(command, answer)
    })
  }

  #cancelCall(attempt: Attempt): void {
    const call = this.#calls.get(attempt.frame)
    if (call === undefined || !sameAttempt(call.attempt, attempt)) return
    this.#calls.delete(attempt.frame)
    call.cancel(taskCancelled())
  }

  #answer(command: Schedule, answer: TaskAnswer): void {
    if (!this.#over) this.#take(answerEvent(command, answer))
  }

  #taskCall({ enteredId, resource, input, stateName, attempt, roleArn, timeoutSeconds }: Schedule): TaskCall {
    const { arn, roleArn: machineRoleArn } = this.#options.about
    return {
      resource,
      input,
      executionArn: arn,
      stateName,
      // The ARN of an express execution is its own for ever; run again after a crash it asks under the same keys.
      idempotencyKey: `${arn}/${enteredId}`,
      attempt,
      token: undefined,
      roleArn,
      machineRoleArn,
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    }
  }

  async #startNested(command: Schedule): Promise<void> {
    this.#answer(command, await this.#nestedAnswer(command))
  }

  async #nestedAnswer({ input }: Schedule): Promise<TaskAnswer> {
    const { core, about, start } = this.#options
    const parameters = nestedParameters(input)
    if (typeof parameters === 'string') return { kind: 'failed', error: 'States.Runtime', cause: parameters }
    const requestId = uuid4(core.randomBytes)
    try {
      const actor = { type: 'machine', id: about.arn, via: 'api' } as const
      const started = await start({ kind: 'start', actor, ...parameters, nested: undefined })
      return { kind: 'succeeded', output: startedOutput(started, requestId) }
    } catch (error) {
      if (!(error instanceof HoldfastError)) return unexpected(error)
      return { kind: 'failed', ...startFailure(error, requestId) }
    }
  }
}

const nothingRecorded: Recorded = new Map()
const noToken = (): string => ''
const timerName = (frame: number, timer: TimerKind): string => `${frame}/${timer}`
