/**
 * Drives one execution by hand: each call is one event, time stands still unless it is moved. For tests of the language;
 * every step is checked against what holds for all of them (`inspectStep`), so that each test is also a test of that.
 */
import { type JsonText } from '../../base/index.ts'
import { compileMachine } from '../compile/index.ts'
import type { Machine } from '../machine.ts'
import type { Bindings, Env, Outcome, Refusal } from '../ports.ts'
import { step } from './index.ts'
import { deepFreeze, inspectStep } from './invariants.fake.ts'
import {
  type About,
  type Attempt,
  type Command,
  type Correction,
  type Event,
  type ExecutionState,
  type HistoryEvent,
  newExecution,
  type RedrivenMapRun,
  type StepLimits,
  type StepResult,
  type TimerKind,
} from './state.ts'

export const lambda = (name: string): string => `arn:aws:lambda:us-east-1:111111111111:function:${name}`
export const activity = (name: string): string => `arn:aws:states:us-east-1:111111111111:activity:${name}`

type Scheduled = Extract<Command, { kind: 'schedule' }>
type Timer = Extract<Command, { kind: 'setTimer' }>
type Closed = Extract<Command, { kind: 'close' }>

/** What the fake expression language answers to a source: JSON text, nothing, or another outcome. */
export type FakeExpression = (bindings: Bindings) => JsonText | Outcome | undefined

export type DriverOptions = {
  readonly input?: JsonText
  readonly expressions?: Readonly<Record<string, FakeExpression>>
  readonly refuse?: Env['refuse']
  readonly random?: () => number
  readonly limits?: Partial<StepLimits>
}

export const startedAt = Date.UTC(2026, 0, 1)

export const aboutOf = (input: JsonText): About => ({
  arn: 'arn:aws:states:us-east-1:111111111111:execution:Machine:run',
  name: 'run',
  input,
  roleArn: 'arn:aws:iam::111111111111:role/runner',
  startedAt,
  machineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:Machine',
  machineName: 'Machine',
  region: 'us-east-1',
})

export class Driver {
  readonly machine: Machine
  readonly #options: DriverOptions
  readonly limits: StepLimits
  state: ExecutionState
  now = startedAt
  readonly history: HistoryEvent[] = []
  readonly commands: Command[] = []
  /** Tasks that were scheduled and neither answered nor cancelled. */
  readonly tasks: Scheduled[] = []
  readonly runs: Extract<Command, { kind: 'openMapRun' }>[] = []
  readonly runsAgain: Extract<Command, { kind: 'redriveMapRun' }>[] = []
  readonly timers: Timer[] = []
  closed: Closed | undefined
  #continues = false

  /** The definition as a value, or as text where its spelling matters. */
  constructor(definition: object | string, options: DriverOptions = {}) {
    this.machine = compileMachine(typeof definition === 'string' ? definition : JSON.stringify(definition))
    this.#options = options
    this.limits = { payloadBytes: 262_144, historyEvents: 25_000, ...options.limits }
    this.state = deepFreeze(newExecution(aboutOf(options.input ?? '{}')))
  }

  /** Starts, and goes on where steps were cut. */
  start(): this {
    this.send({ kind: 'start' })
    return this.settle()
  }

  settle(): this {
    while (this.#continues) this.send({ kind: 'continue' })
    return this
  }

  send(event: Event): StepResult {
    if (event.kind === 'continue') this.#continues = false
    const before = this.state
    const result = step(this.machine, before, event, this.env(), this.limits)
    inspectStep(before, result)
    this.state = deepFreeze(result.state)
    this.history.push(...result.history)
    this.commands.push(...result.commands)
    if (result.state !== before) this.#forget(event)
    for (const command of result.commands) this.#obey(command)
    return result
  }

  env(): Env {
    const { random = () => 0.5, refuse = (): Refusal | undefined => undefined } = this.#options
    return {
      now: this.now,
      random,
      uuid: () => '00000000-0000-4000-8000-000000000000',
      hash: (algorithm, text) => `${algorithm} of ${text}`,
      token: (frame, enteredId, attempt) => `token-${frame}-${enteredId}-${attempt}`,
      refuse,
      evaluate: (source, bindings) => this.#evaluate(source, bindings),
    }
  }

  #evaluate(source: string, bindings: Bindings): Outcome {
    const expression = this.#options.expressions?.[source]
    if (expression === undefined) throw new Error(`the test does not say what ${source} comes to`)
    const answer = expression(bindings)
    if (answer === undefined) return { kind: 'nothing' }
    return typeof answer === 'string' ? { kind: 'value', text: answer } : answer
  }

  // ---- what was asked of the outside

  /** The open task of a state; of several the one that was scheduled first. */
  task(stateName: string): Scheduled {
    const task = this.tasks.find((each) => each.stateName === stateName)
    if (task === undefined) throw new Error(`${stateName} waits for no answer`)
    return task
  }

  succeed(stateName: string, output: JsonText = '{}'): StepResult {
    return this.send({ ...attemptOf(this.task(stateName)), kind: 'taskSucceeded', output })
  }

  fail(stateName: string, error?: string, cause?: string): StepResult {
    const failure = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
    return this.send({ ...attemptOf(this.task(stateName)), kind: 'taskFailed', ...failure })
  }

  submit(stateName: string, output: JsonText = '{}'): StepResult {
    return this.send({ ...attemptOf(this.task(stateName)), kind: 'taskSubmitted', output })
  }

  /** Moves the clock to the earliest timer, or the earliest of a kind, and fires it. */
  fire(kind?: TimerKind): StepResult {
    const [timer] = this.timers
      .filter((each) => kind === undefined || each.timer === kind)
      .toSorted((a, b) => a.at - b.at)
    if (timer === undefined) throw new Error(`no timer ${kind ?? ''} is set`)
    this.now = Math.max(this.now, timer.at)
    this.timers.splice(this.timers.indexOf(timer), 1)
    return this.send({ ...attemptOf(timer), kind: 'timer', timer: timer.timer })
  }

  /** Redrives an execution that ended without success. */
  redrive(mapRuns: readonly RedrivenMapRun[] = [], correction?: Correction): this {
    this.closed = undefined
    this.send({ kind: 'redrive', mapRuns, ...(correction === undefined ? {} : { correction }) })
    return this.settle()
  }

  // ---- what came of it

  get output(): JsonText | undefined {
    return this.closed?.output
  }

  /** `1←0 ExecutionStarted · 2←0 PassStateEntered(A) · …`, as the golden histories are written. */
  get chain(): string {
    return this.history.map(printEvent).join(' · ')
  }

  /** The last event of a type. */
  event(type: string): HistoryEvent {
    const event = this.history.findLast((each) => each.type === type)
    if (event === undefined) throw new Error(`there is no ${type} in ${this.chain}`)
    return event
  }

  get variables(): Readonly<Record<string, JsonText>> {
    return Object.fromEntries(this.state.frames.get(1)?.variables ?? [])
  }

  #obey(command: Command): void {
    switch (command.kind) {
      case 'schedule':
        this.tasks.push(command)
        return
      case 'openMapRun':
        this.runs.push(command)
        return
      case 'redriveMapRun':
        this.runsAgain.push(command)
        return
      case 'cancel':
        remove(this.tasks, (task) => sameAttempt(task, command))
        remove(this.runs, (run) => sameAttempt(run, command))
        remove(this.runsAgain, (run) => sameAttempt(run, command))
        return
      case 'setTimer':
        // One timer of a kind per frame: the later replaces the earlier, as in the engine's table.
        remove(this.timers, (timer) => timer.frame === command.frame && timer.timer === command.timer)
        this.timers.push(command)
        return
      case 'clearTimer':
        remove(this.timers, (timer) => timer.frame === command.frame && timer.timer === command.timer)
        return
      case 'continue':
        this.#continues = true
        return
      case 'close':
        this.closed = command
        this.tasks.length = 0
        this.runs.length = 0
        this.runsAgain.length = 0
        this.timers.length = 0
        this.#continues = false
        return
      default:
        command satisfies never
    }
  }

  #forget(event: Event): void {
    if (event.kind !== 'taskSucceeded' && event.kind !== 'taskFailed') return
    remove(this.tasks, (task) => sameAttempt(task, event))
  }
}

export const run = (definition: object, options: DriverOptions = {}): Driver => new Driver(definition, options).start()

/** Runs one state, whose `End` is added. */
export const runState = (state: object, options: DriverOptions = {}): Driver =>
  run({ StartAt: 'S', States: { S: { ...state, End: true } } }, options)

function printEvent({ id, previousEventId, type, details }: HistoryEvent): string {
  const { name, index, error, length } = details ?? {}
  const suffix =
    index !== undefined
      ? `[${String(index)}]`
      : length !== undefined
        ? `{${String(length)}}`
        : error !== undefined
          ? `{${String(error)}}`
          : name !== undefined
            ? `(${String(name)})`
            : ''
  return `${id}←${previousEventId} ${type}${suffix}`
}

export const attemptOf = ({ frame, enteredId, attempt }: Attempt): Attempt => ({ frame, enteredId, attempt })

export const sameAttempt = (a: Attempt, b: Attempt): boolean =>
  a.frame === b.frame && a.enteredId === b.enteredId && a.attempt === b.attempt

function remove<T>(items: T[], isMeant: (item: T) => boolean): void {
  const index = items.findIndex(isMeant)
  if (index >= 0) items.splice(index, 1)
}
