/**
 * Runs a machine from start to end in virtual time: waits take no time, tasks are answered by the caller. For tests of
 * state machines; the same `step()` as in the engine decides everything.
 */
import { byteLength, type JsonText } from '../base/index.ts'
import { StateFailure } from './failure.ts'
import { type Machine, type MapState, processorMachine } from './machine.ts'
import { type Bindings, type Chance, type Env, type Outcome, SlowExpression } from './ports.ts'
import type { TaskResource } from './resource.ts'
import {
  type About,
  type Attempt,
  type Command,
  type Event,
  type ExecutionState,
  type HistoryEvent,
  newExecution,
  type Status,
  type StepLimits,
  type StepResult,
} from './step/state.ts'
import {
  type ChildOutcome,
  failedRun,
  itemsOfRun,
  type MapRunEnd,
  type OpenMapRun,
  type ReadItems,
  simulateMapRun,
} from './simulate-map-run.ts'
import { step } from './step/index.ts'
import { itemInputs } from './step/items.ts'

/** A task that wants an answer. */
export type SimulatedTask = {
  readonly stateName: string
  readonly resource: TaskResource
  readonly input: JsonText
  /** Retries before this call in the same stay in the state: 0 for the first. */
  readonly attempt: number
}

export type SimulatedAnswer = {
  /** Virtual time the task takes; longer than its TimeoutSeconds and it times out. */
  readonly afterMs: number
} & (
  | { readonly kind: 'succeeded'; readonly output: JsonText }
  | { readonly kind: 'failed'; readonly error?: string; readonly cause?: string }
)

export type SimulationRequest = {
  readonly machine: Machine
  readonly about: About
  /** Fresh chance for the step of this number; asked again for the same step when the step has to be redone. */
  readonly chance: (step: number) => Chance
  readonly evaluate: (source: string, bindings: Bindings, world: Chance & { readonly now: number }) => Outcome
  /** Where an expression goes that `evaluate` refused with SlowExpression. */
  readonly evaluateSlowly: (
    source: string,
    bindings: Bindings,
    world: Chance & { readonly now: number },
  ) => Promise<Outcome>
  readonly refuse: Env['refuse']
  readonly limits: StepLimits
  /** Undefined: the task never answers. */
  readonly answer: (task: SimulatedTask) => SimulatedAnswer | undefined
  /** Without it, or its answer, a distributed Map with an ItemReader fails. */
  readonly readItems?: ReadItems
  /** Told what each step has recorded, also those of the children of a Map Run: may make it wait, or throw to give up. */
  readonly onStep?: (recorded: readonly HistoryEvent[]) => Promise<void> | undefined
}

export type TimedEvent = HistoryEvent & { readonly timestamp: number }

export type Simulation = {
  /** `running` when every task that is left never answers: then nothing will ever happen. */
  readonly status: Status
  readonly output?: JsonText
  readonly error?: string
  readonly cause?: string
  readonly history: readonly TimedEvent[]
  /** Names of the states in the order in which they were entered; those of the children of a Map Run behind their Map. */
  readonly path: readonly string[]
  readonly calls: readonly SimulatedTask[]
  readonly elapsedMs: number
}

export async function simulate(request: SimulationRequest): Promise<Simulation> {
  return new Simulator(request).run()
}

type Due = { readonly at: number; readonly event: Event }
type Close = Extract<Command, { readonly kind: 'close' }>

class Simulator {
  readonly #request: SimulationRequest
  #now: number
  #steps = 0
  /** In order of time; what is due at the same time comes in the order in which it was planned. */
  #agenda: Due[] = []
  #close: Close | undefined
  readonly #history: TimedEvent[] = []
  readonly #path: string[] = []
  readonly #calls: SimulatedTask[] = []
  /** Map Runs that were opened by the last step. */
  readonly #opened: OpenMapRun[] = []
  #children = 0

  constructor(request: SimulationRequest) {
    this.#request = request
    this.#now = request.about.startedAt
  }

  async run(): Promise<Simulation> {
    let state = newExecution(this.#request.about)
    this.#plan(this.#now, { kind: 'start' })
    for (let due = this.#agenda.shift(); due !== undefined && this.#close === undefined; due = this.#agenda.shift()) {
      this.#now = due.at
      const result = await this.#step(state, due.event)
      state = result.state
      for (const event of result.history) this.#history.push({ ...event, timestamp: due.at })
      this.#path.push(...result.history.flatMap(enteredState))
      for (const command of result.commands) this.#obey(command)
      for (const run of this.#opened.splice(0)) await this.#runItems(run, state)
      await this.#request.onStep?.(result.history)
    }
    return this.#outcome(state.status)
  }

  #step(state: ExecutionState, event: Event): Promise<StepResult> {
    const { machine, limits } = this.#request
    return this.#evaluated((env) => step(machine, state, event, env, limits))
  }

  /** What meets a slow expression has changed nothing: it is done again with the outcome at hand. */
  async #evaluated<Result>(act: (env: Env) => Result): Promise<Result> {
    const { chance, evaluateSlowly } = this.#request
    const number = this.#steps++
    const outcomes = new Map<string, Outcome>()
    for (;;) {
      try {
        return act(this.#env(chance(number), outcomes))
      } catch (slow) {
        if (!(slow instanceof SlowExpression)) throw slow
        const { source, bindings } = slow
        const world = { ...withMethods(chance(number)), now: this.#now }
        outcomes.set(keyOf(source, bindings), await evaluateSlowly(source, bindings, world))
      }
    }
  }

  #env(chance: Chance, outcomes: ReadonlyMap<string, Outcome>): Env {
    const { evaluate, refuse } = this.#request
    const now = this.#now
    const world = { ...withMethods(chance), now }
    return {
      ...world,
      token: (frame, enteredId, attempt) => `token-${frame}-${enteredId}-${attempt}`,
      evaluate: (source, bindings) => outcomes.get(keyOf(source, bindings)) ?? evaluate(source, bindings, world),
      refuse,
    }
  }

  #obey(command: Command): void {
    switch (command.kind) {
      case 'schedule':
        return this.#call(command)
      case 'setTimer':
        return this.#plan(command.at, { ...attemptOf(command), kind: 'timer', timer: command.timer })
      case 'clearTimer':
        return this.#drop(command, (event) => event.kind === 'timer' && event.timer === command.timer)
      case 'cancel':
        return this.#drop(command, (event) => event.kind !== 'timer')
      case 'openMapRun':
        this.#opened.push(command)
        return
      // Nothing is redriven in a simulation.
      case 'redriveMapRun':
        return
      case 'continue':
        return this.#plan(this.#now, { kind: 'continue' })
      case 'close':
        this.#close = command
        return
      default:
        command satisfies never
    }
  }

  #call(command: Extract<Command, { readonly kind: 'schedule' }>): void {
    const { stateName, resource, input, attempt } = command
    const task = { stateName, resource, input, attempt }
    this.#calls.push(task)
    const name = attemptOf(command)
    if (resource.kind === 'activity') this.#plan(this.#now, { ...name, kind: 'taskStarted' })
    if (resource.kind === 'service' && resource.pattern !== 'request') {
      this.#plan(this.#now, { ...name, kind: 'taskSubmitted', output: '{}' })
    }
    const answer = this.#request.answer(task)
    if (answer === undefined) return
    const at = this.#now + answer.afterMs
    if (answer.kind === 'succeeded') return this.#plan(at, { ...name, kind: 'taskSucceeded', output: answer.output })
    const { error, cause } = answer
    this.#plan(at, {
      ...name,
      kind: 'taskFailed',
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    })
  }

  /** To its end, at once: what else happens in the meantime happens in its own time. */
  async #runItems(run: OpenMapRun, state: ExecutionState): Promise<void> {
    const map = this.#request.machine.states[run.plan.state]
    if (map?.type !== 'Map') return
    try {
      const end = await this.#endOfRun(run, map, state)
      if (end !== undefined) this.#plan(end.at, end.event)
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error
      const { at, event } = failedRun(run, this.#now, {
        error: error.error ?? 'States.Runtime',
        cause: error.detail ?? '',
      })
      this.#plan(at, event)
    }
  }

  async #endOfRun(run: OpenMapRun, map: MapState, state: ExecutionState): Promise<MapRunEnd | undefined> {
    const { machine, limits, readItems = () => undefined } = this.#request
    const items = itemsOfRun(run, map.name, readItems)
    if (items === undefined) return failedRun(run, this.#now, notRead(map.name))
    const world = { machine, state, frame: run.frame, limits }
    const inputs = await this.#evaluated((env) => items.map(itemInputs({ ...world, env })))
    return simulateMapRun({
      run,
      inputs,
      now: this.#now,
      tooLarge: (output) => byteLength(output) > limits.payloadBytes,
      runChild: (input, index, startedAt) => this.#runChild({ run, map, input, index, startedAt }),
    })
  }

  async #runChild({ run, map, input, index, startedAt }: SimulatedChild): Promise<ChildOutcome> {
    const { machine, about, chance } = this.#request
    const { label, executionType } = run.plan
    const processor = processorMachine(machine, map)
    const first = ++this.#children * stepsOfChild
    const child = await simulate({
      ...this.#request,
      machine: executionType === 'EXPRESS' ? asExpress(processor) : processor,
      about: {
        ...about,
        arn: `${about.arn}/${label}:${index}`,
        name: String(index),
        input,
        startedAt,
        machineArn: `${about.machineArn}/${label}`,
      },
      chance: (number) => chance(first + number),
    })
    this.#path.push(...child.path)
    this.#calls.push(...child.calls)
    if (child.status === 'running') return { endedAt: undefined, output: undefined }
    return { endedAt: startedAt + child.elapsedMs, output: child.output }
  }

  #plan(at: number, event: Event): void {
    const later = this.#agenda.findIndex((due) => due.at > at)
    this.#agenda.splice(later === -1 ? this.#agenda.length : later, 0, { at: Math.max(at, this.#now), event })
  }

  #drop(of: Attempt, isMeant: (event: Event) => boolean): void {
    this.#agenda = this.#agenda.filter(({ event }) => !(isMeant(event) && isOf(event, of)))
  }

  #outcome(status: Status): Simulation {
    const { output, error, cause } = this.#close ?? {}
    return {
      status,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      history: this.#history,
      path: this.#path,
      calls: this.#calls,
      elapsedMs: this.#now - this.#request.about.startedAt,
    }
  }
}

type SimulatedChild = {
  readonly run: OpenMapRun
  readonly map: MapState
  readonly input: JsonText
  readonly index: number
  readonly startedAt: number
}

/** Each child has chance of its own: no execution has more steps. */
const stepsOfChild = 100_000

const fiveMinutes = 300
const asExpress = (machine: Machine): Machine => ({
  ...machine,
  timeoutSeconds: Math.min(machine.timeoutSeconds ?? fiveMinutes, fiveMinutes),
  usesTimers: true,
})

const notRead = (stateName: string) => ({
  error: 'States.ItemReaderFailed',
  cause: `Nothing is read in a simulation: say under \`items\` what ${stateName} would have read.`,
})

function attemptOf({ frame, enteredId, attempt }: Attempt): Attempt {
  return { frame, enteredId, attempt }
}

function isOf(event: Event, { frame, enteredId, attempt }: Attempt): boolean {
  return 'frame' in event && event.frame === frame && event.enteredId === enteredId && event.attempt === attempt
}

function enteredState({ type, details }: HistoryEvent): readonly string[] {
  const name = details?.['name']
  return type.endsWith('StateEntered') && typeof name === 'string' ? [name] : []
}

/** Written out, because the members of a Chance may live on its prototype. */
function withMethods(chance: Chance): Chance {
  return {
    random: () => chance.random(),
    uuid: () => chance.uuid(),
    hash: (algorithm, text) => chance.hash(algorithm, text),
  }
}

function keyOf(source: string, { variables, ...bindings }: Bindings): string {
  return JSON.stringify([source, bindings, [...variables]])
}
