/** One execution of a random machine under random events, each step examined, each chunk stored and read again. */
import { createHash } from 'node:crypto'
import {
  type About,
  applyChanges,
  type Attempt,
  type Command,
  compileMachine,
  type Event,
  type ExecutionState,
  type HistoryEvent,
  type Machine,
  newExecution,
  SlowExpression,
  step,
  type StepLimits,
  type StepResult,
} from '../../src/asl/index.ts'
import { aboutOf, attemptOf, sameAttempt } from '../../src/asl/step/driver.fake.ts'
import { canonical, deepFreeze, inspectStep, sameState } from '../../src/asl/step/invariants.fake.ts'
import type { Chunk } from '../../src/engine/history/chunk.ts'
import { decodeChunk } from '../../src/engine/history/decode.ts'
import { encodeChunk } from '../../src/engine/history/encode.ts'
import { stateAsChanges } from '../../src/engine/run/live.ts'
import { expressionKey, StepEnv } from '../../src/engine/run/step-env.ts'
import type { Expressions } from '../../src/jsonata/index.ts'
import { errorNames, randomMachine } from './random-machine.ts'
import { type ChildRun, type OpenMapRun, randomMapRun } from './random-map-run.ts'
import type { Tape } from './tape.ts'

type Scheduled = Extract<Command, { kind: 'schedule' }>
type Timer = Extract<Command, { kind: 'setTimer' }>
type TaskEvent = Extract<
  Event,
  { kind: 'taskSucceeded' | 'taskFailed' | 'taskSubmitted' | 'taskStarted' | 'heartbeat' }
>

const executionInput =
  '{ "a": {"b": 1.0}, "n": 2, "list": [1, 2, 3], "t": "2026-01-01T00:00:30Z", "e": "Custom", "10": "x", "9": "y" }'

/** A machine, and one execution of it to be. */
export type RandomExecution = {
  readonly definition: object
  readonly machine: Machine
  readonly about: About
  readonly limits: StepLimits
}

export function randomExecution(tape: Tape): RandomExecution {
  const definition = randomMachine(tape)
  // More than a step runs without a cut, sometimes.
  const limits = { payloadBytes: 20_000, historyEvents: tape.rarely(20) ? 3000 : 400 }
  return { definition, machine: compileMachine(JSON.stringify(definition)), about: aboutOf(executionInput), limits }
}

export class RandomRun {
  readonly definition: object
  readonly machine: Machine
  readonly #limits: StepLimits
  readonly #tape: Tape
  readonly #expressions: Expressions
  readonly history: HistoryEvent[] = []
  readonly chunks: { readonly body: string; readonly at: number; readonly firstEventId: number }[] = []
  state: ExecutionState
  #now: number
  #tasks: Scheduled[] = []
  #timers: Timer[] = []
  #mapRuns: OpenMapRun[] = []
  /** By frame. */
  readonly #lastRuns = new Map<number, OpenMapRun>()
  #continues = false
  /** Events that have had their effect, and attempts that are over: whatever names them is late. */
  readonly #past: Event[] = []
  #draws = 0
  lateEvents = 0
  cuts = 0
  redrives = 0
  /** Executions that carried out the items of its Map Runs. */
  children = 0

  constructor(tape: Tape, expressions: Expressions, execution: RandomExecution = randomExecution(tape)) {
    const { definition, machine, about, limits } = execution
    this.#tape = tape
    this.#expressions = expressions
    this.#limits = limits
    this.#now = about.startedAt
    this.definition = definition
    this.machine = machine
    this.state = deepFreeze(newExecution(about))
  }

  run(): void {
    this.#send({ kind: 'start' })
    for (let i = 0; i < 150 && (this.state.status === 'running' || this.#isRedriven()); i++) {
      if (this.state.status === 'running') this.#advance()
      else this.#send(this.#redriveEvent())
      this.#sendLate()
    }
    if (this.state.status !== 'running') for (const event of this.#past) this.#send(event)
  }

  /** Whether somebody goes on with what has ended without success. */
  #isRedriven(): boolean {
    if (this.state.status === 'succeeded' || this.state.nextEventId >= this.#limits.historyEvents - 1) return false
    const again = this.redrives < 4 && !this.#tape.rarely(3) && !this.#tape.exhausted
    if (again) this.redrives++
    return again
  }

  /** Of the runs that it ended in, those that go on; the others are opened anew. */
  #redriveEvent(): Event {
    const frames = [...this.state.frames.values()].filter(({ visit }) => visit?.phase === 'maprun')
    const mapRuns = frames
      .filter(() => !this.#tape.rarely(3))
      .map(({ id }) => ({ frame: id, mapRunArn: this.#opened(id).plan.arn, redriveCount: this.redrives }))
    return mapRuns.length === 0 ? { kind: 'redrive' } : { kind: 'redrive', mapRuns }
  }

  #opened(frame: number): OpenMapRun {
    const run = this.#lastRuns.get(frame)
    if (run === undefined) throw new Error(`frame ${frame} has opened no map run`)
    return run
  }

  /** Something that may happen next. */
  #advance(): void {
    if (this.#continues) return this.#send({ kind: 'continue' })
    if (this.#tape.rarely(60)) return this.#send({ kind: 'stop', error: 'Stopped' })
    if (this.#tape.rarely(100)) return this.#send({ kind: 'fault', cause: 'the disk is full' })
    const task = this.#tape.pick(this.#tasks)
    const timer = this.#tape.pick(this.#timers)
    const run = this.#tape.pick(this.#mapRuns)
    if (run !== undefined && ((task === undefined && timer === undefined) || this.#tape.rarely(2)))
      return this.#end(run)
    if (task !== undefined && (timer === undefined || !this.#tape.rarely(3))) return this.#answer(task)
    if (timer !== undefined) return this.#fire(timer)
    // Nothing else can happen: such an execution has to be closed, and `inspectStep` has said so.
    this.#send({ kind: 'stop' })
  }

  #answer(task: Scheduled): void {
    this.#now += this.#tape.number(3000)
    this.#send(this.#taskEvent(task))
  }

  /** Its children run now, each to its end. */
  #end(run: OpenMapRun): void {
    const env = this.#env(new Map(), `${this.#draws++}`.padStart(32, '0'), false)
    const { machine, state } = this
    const world = { machine, state, env, limits: this.#limits }
    this.#send(randomMapRun({ run, world, tape: this.#tape, runChild: (child) => this.#runChild(child) }))
  }

  #runChild({ machine, about, limits }: ChildRun): string | undefined {
    this.children++
    const { definition } = this
    const child = new RandomRun(this.#tape, this.#expressions, { definition, machine, about, limits })
    try {
      child.run()
      child.replay()
    } catch (error) {
      throw new Error(`${String(error)}\nin a child: ${child.describe()}`, { cause: error })
    }
    return child.output
  }

  /** Of one that has succeeded. */
  get output(): string | undefined {
    const { type, details } = this.history.at(-1) ?? {}
    return type === 'ExecutionSucceeded' ? String(details?.['output']) : undefined
  }

  #taskEvent(attempt: Attempt): TaskEvent {
    const name = attemptOf(attempt)
    const fromCall = this.#tape.rarely(4) ? { fromCall: true } : {}
    switch (this.#tape.number(8)) {
      case 0:
      case 1:
      case 2:
        return { ...name, ...fromCall, kind: 'taskSucceeded', output: this.#output() }
      case 3:
        return { ...name, ...fromCall, kind: 'taskFailed', ...this.#failure() }
      case 4:
      case 5:
        return { ...name, kind: 'taskSubmitted', output: '{"MessageId":"1"}' }
      case 6:
        return { ...name, kind: 'taskStarted', ...(this.#tape.rarely(2) ? { workerName: 'w' } : {}) }
      default:
        return { ...name, kind: 'heartbeat' }
    }
  }

  #output(): string {
    if (!this.#tape.rarely(5)) return '{"a": {"b": 2.0}, "n": 1, "list": [1, 2]}'
    return this.#tape.pick(['"text \\u00e9 \u{1f600}"', '1.50', '[]', 'null', `"${'x'.repeat(25_000)}"`] as const)
  }

  #failure(): { readonly error?: string; readonly cause?: string } {
    if (this.#tape.rarely(4)) return {}
    return { error: this.#tape.pick(errorNames), cause: 'it broke' }
  }

  #fire(timer: Timer): void {
    this.#now = Math.max(this.#now, timer.at) + this.#tape.number(20)
    this.#timers = this.#timers.filter((other) => other !== timer)
    this.#send({ ...attemptOf(timer), kind: 'timer', timer: timer.timer })
  }

  // ---- what has no effect

  #sendLate(): void {
    const event = this.#lateEvent()
    if (event === undefined) return
    const before = this.state
    this.lateEvents++
    this.#send(event)
    if (this.state !== before) throw new Error(`a late event had an effect: ${JSON.stringify(event)}`)
  }

  #lateEvent(): Event | undefined {
    const past = this.#tape.pick(this.#past)
    if (this.state.status !== 'running') return past
    if (past === undefined || !('frame' in past)) return this.#continues ? undefined : { kind: 'continue' }
    const made = this.#tape.rarely(2) ? past : this.#misdirected(past)
    return this.#isLate(made) ? made : undefined
  }

  /** An event of another frame, visit or attempt, or of another kind. */
  #misdirected(event: Event & Attempt): Event & Attempt {
    switch (this.#tape.number(5)) {
      case 0:
        return { ...event, frame: event.frame + this.#tape.number(4) }
      case 1:
        return { ...event, enteredId: event.enteredId + this.#tape.number(9) }
      case 2:
        return { ...event, attempt: event.attempt + this.#tape.number(3) }
      case 3:
        return {
          ...attemptOf(event),
          kind: 'timer',
          timer: this.#tape.pick(['wait', 'retry', 'timeout', 'heartbeat'] as const),
        }
      default:
        return this.#taskEvent(event)
    }
  }

  #isLate(event: Event & Attempt): boolean {
    if (event.kind === 'timer') {
      return event.timer === 'deadline'
        ? false
        : !this.#timers.some((timer) => timer.timer === event.timer && sameAttempt(timer, event))
    }
    if (isMapRunEvent(event)) return !this.#mapRuns.some((run) => sameAttempt(run, event))
    return !this.#tasks.some((task) => sameAttempt(task, event))
  }

  // ---- one step

  #send(event: Event): void {
    if (event.kind === 'continue') this.#continues = false
    const before = this.state
    const seed = createHash('md5')
      .update(`${this.#draws++}`)
      .digest('hex')
    const { result, env } = this.#step(before, event, seed)
    inspectStep(before, result)
    this.state = deepFreeze(result.state)
    if (result.state === before) return
    this.history.push(...result.history)
    if (event.kind === 'heartbeat') sameState(before, result.state)
    else this.#store(before, result, env.cause(event))
    this.#remember(event)
    for (const command of result.commands) this.#obey(command)
    this.#checkOutside()
  }

  /** Takes the step twice: the same arguments give the same result. Some expressions are slow the first time. */
  #step(before: ExecutionState, event: Event, seed: string): { readonly result: StepResult; readonly env: StepEnv } {
    const recorded = new Map<string, string>()
    for (;;) {
      try {
        const env = this.#env(recorded, seed, true)
        const result = step(this.machine, before, event, env, this.#limits)
        const again = step(this.machine, before, event, this.#env(recorded, seed, true), this.#limits)
        equal(again, result, 'the same step')
        return { result, env }
      } catch (slow) {
        if (!(slow instanceof SlowExpression)) throw slow
        const world = this.#env(recorded, seed, false)
        recorded.set(
          expressionKey(slow.source, slow.bindings),
          JSON.stringify(this.#expressions.evaluate(slow.source, slow.bindings, world)),
        )
      }
    }
  }

  #env(recorded: ReadonlyMap<string, string>, seed: string | undefined, withSlow: boolean): StepEnv {
    return new StepEnv({
      now: this.#now,
      randomBytes: () => {
        throw new Error('the seed is given')
      },
      evaluate: (source, bindings, chance) => {
        if (withSlow && source.includes('$merge')) throw new SlowExpression(source, bindings)
        return this.#expressions.evaluate(source, bindings, chance)
      },
      token: (frame, enteredId, attempt) => `${frame}-${enteredId}-${attempt}`,
      refuse: (_resource, parameters) =>
        withSlow && parameters.includes('"try":2') ? { error: 'States.Runtime', cause: 'not again' } : undefined,
      recorded,
      seed,
    })
  }

  #store(before: ExecutionState, { state, history, changes }: StepResult, cause: Chunk['cause']): void {
    const chunk = {
      cause,
      at: this.#now,
      firstEventId: before.nextEventId,
      nextFrame: state.nextFrame,
      history,
      changes,
    }
    const row = { body: encodeChunk(this.machine, chunk), at: this.#now, firstEventId: before.nextEventId }
    equal(decodeChunk(this.machine, row), chunk, 'the chunk read again')
    this.chunks.push(row)
  }

  #obey(command: Command): void {
    switch (command.kind) {
      case 'schedule':
        this.#tasks.push(command)
        return
      case 'cancel':
        this.#tasks = this.#tasks.filter((task) => !sameAttempt(task, command))
        this.#mapRuns = this.#mapRuns.filter((run) => !sameAttempt(run, command))
        return
      case 'setTimer':
        this.#dropTimer(command)
        this.#timers.push(command)
        return
      case 'clearTimer':
        this.#dropTimer(command)
        return
      case 'openMapRun':
        this.#mapRuns.push(command)
        this.#lastRuns.set(command.frame, command)
        return
      case 'redriveMapRun':
        this.#mapRuns.push({ ...this.#opened(command.frame), ...attemptOf(command) })
        return
      case 'continue':
        this.#continues = true
        this.cuts++
        return
      case 'close':
        this.#tasks = []
        this.#timers = []
        this.#mapRuns = []
        this.#continues = false
        return
      default:
        command satisfies never
    }
  }

  #dropTimer({ frame, timer }: Pick<Timer, 'frame' | 'timer'>): void {
    this.#timers = this.#timers.filter((other) => other.frame !== frame || other.timer !== timer)
  }

  #remember(event: Event): void {
    if (!('frame' in event)) return
    this.#past.push(event)
    if (isMapRunEvent(event)) this.#mapRuns = this.#mapRuns.filter((run) => !sameAttempt(run, event))
    // Whatever answers a task ends its call, unless the answer is held until the call has returned.
    if (event.kind !== 'timer' && !this.#isOpen(event))
      this.#tasks = this.#tasks.filter((task) => !sameAttempt(task, event))
  }

  #isOpen({ frame, enteredId, attempt }: Attempt): boolean {
    const visit = this.state.frames.get(frame)?.visit
    return visit?.phase === 'task' && visit.enteredId === enteredId && visit.attempt === attempt
  }

  /** The calls and timers that the engine still holds are exactly those that the frames wait for. */
  #checkOutside(): void {
    // What has ended keeps its frames for a redrive, and nothing of the outside.
    const frames = this.state.status === 'running' ? [...this.state.frames.values()] : []
    const calls = frames.filter(({ visit }) => visit?.phase === 'task')
    equal(
      this.#tasks.map(({ frame }) => frame).toSorted(),
      calls.map(({ id }) => id).toSorted(),
      'calls held and awaited',
    )
    equal(
      this.#mapRuns.map(({ frame }) => frame).toSorted(),
      frames
        .filter(({ visit }) => visit?.phase === 'maprun')
        .map(({ id }) => id)
        .toSorted(),
      'map runs open and awaited',
    )
    equal(
      this.#tasks.every((task) => this.#isOpen(task)),
      true,
      'calls of the current attempts',
    )
    const held = this.#timers
      .filter(({ timer }) => timer !== 'deadline')
      .map((timer) => `${timer.frame} ${timer.timer}`)
    const awaited = frames.flatMap(({ id, visit }) => (visit?.timers ?? []).map((kind) => `${id} ${kind}`))
    equal(held.toSorted(), awaited.toSorted(), 'timers held and awaited')
  }

  // ---- afterwards

  describe(): string {
    const chain = this.history.map(({ id, previousEventId, type }) => `${id}←${previousEventId} ${type}`)
    return `${JSON.stringify(this.definition)}\n${chain.join(' · ')}`
  }

  /** From the stored chunks alone: their causes through `step()`, and their changes folded, give the same in the end. */
  replay(): void {
    let replayed = newExecution(this.state.about)
    let folded = replayed
    const history: HistoryEvent[] = []
    for (const row of this.chunks) {
      const { cause, at, changes, nextFrame, history: stored } = decodeChunk(this.machine, row)
      this.#now = at
      const env = this.#env(cause.recorded ?? new Map(), cause.seed, false)
      const result = step(this.machine, replayed, cause.event, env, this.#limits)
      replayed = result.state
      history.push(...result.history)
      equal(result.history, stored, 'the history replayed')
      const nextEventId = row.firstEventId + stored.length
      folded = applyChanges(folded, changes, { nextEventId, nextFrame, status: replayed.status })
      sameState(folded, replayed)
    }
    sameState(replayed, this.state)
    equal(history, this.history, 'the whole history replayed')
    if (this.state.status === 'running') this.#restore(folded)
  }

  /** A snapshot, written and read again. */
  #restore(state: ExecutionState): void {
    const { nextEventId, nextFrame, status } = state
    const chunk: Chunk = {
      cause: { event: { kind: 'continue' } },
      at: this.#now,
      firstEventId: nextEventId,
      nextFrame,
      history: [],
      changes: stateAsChanges(state),
    }
    const body = encodeChunk(this.machine, chunk)
    const { changes } = decodeChunk(this.machine, { body, at: this.#now, firstEventId: nextEventId })
    sameState(applyChanges(newExecution(state.about), changes, { nextEventId, nextFrame, status }), state)
  }
}

const isMapRunEvent = ({ kind }: Event): boolean => kind === 'mapRunSucceeded' || kind === 'mapRunFailed'

function equal(a: unknown, b: unknown, what: string): void {
  const [one, other] = [canonical(a), canonical(b)]
  if (one !== other) throw new Error(`${what} is not equal:\n${one}\n${other}`)
}
