/**
 * Batches that are decided ahead, where the store is a server and runs ahead: one is decided while another is on its way. They
 * have no execution in common, and hold only works that ask the database nothing.
 */
import { awaitsChildren } from './children.ts'
import type { Core } from './core.ts'
import type { Live } from './live.ts'
import { opensMapRuns } from './map-runs.ts'
import type { Work } from './work.ts'

/** So few are not parted: each batch costs a way to the disk. */
const few = 48
/** Batches that wait for their answers after one that turned out to need one: deciding twice is dearer than waiting. */
const restingBatches = 10

/** `later`: its execution is on its way. `alone`: it may ask, or changes what the others stand on. */
type Fitness = 'now' | 'later' | 'alone'

type Flight<Queued> = {
  /** Undefined until it has been decided. */
  taken: readonly Queued[] | undefined
  /** The executions it has changed. */
  executions: ReadonlySet<number>
}

export type FailedFlight<Queued> = { readonly taken: readonly Queued[]; readonly error: unknown }

export class Flights<Queued extends { readonly work: Work }> {
  readonly #core: Core
  readonly #underWay = new Set<Flight<Queued>>()
  #failures: FailedFlight<Queued>[] = []
  #resting = 0

  constructor(core: Core) {
    this.#core = core
  }

  /** Whether any is on its way. */
  get any(): boolean {
    return this.#underWay.size > 0
  }

  /** Whether none is on its way, and none has failed that nobody has seen to. */
  get over(): boolean {
    return this.#underWay.size + this.#failures.length === 0
  }

  /** Whether an execution is on its way. */
  has(executionId: number): boolean {
    for (const { executions } of this.#underWay) if (executions.has(executionId)) return true
    return false
  }

  /** Whether another can leave now with some of these. */
  mayLeave(queue: readonly Queued[]): boolean {
    const { store, node } = this.#core
    // Where others are at work too, they fill the time in which a batch waits; a second one would only cost them.
    if (node?.isAlone !== true || this.#underWay.size >= store.aheadAtMost || store.aheadAtMost === 1) return false
    if (this.#resting > 0 || this.#failures.length > 0) return false
    // What waits for its turn to be decided takes all that is there then.
    for (const { taken } of this.#underWay) if (taken === undefined) return false
    for (const { work } of queue) {
      const fitness = this.#fitnessOf(work)
      if (fitness !== 'later') return fitness === 'now'
    }
    return false
  }

  begin(): Flight<Queued> {
    const flight: Flight<Queued> = { taken: undefined, executions: nothing }
    this.#underWay.add(flight)
    return flight
  }

  /** Takes half of what is in hand, so that one half is decided while the other is on its way; what is held keeps its place. */
  take(flight: Flight<Queued>, queue: Queued[]): readonly Queued[] {
    const onTheirWay = [...this.#underWay].reduce((sum, { taken = [] }) => sum + taken.length, 0)
    const atMost = Math.max(few, Math.ceil((queue.length + onTheirWay) / 2))
    const [taken, held]: [Queued[], Queued[]] = [[], []]
    for (const queued of queue) {
      const fitness = taken.length === atMost ? 'alone' : this.#fitnessOf(queued.work)
      if (fitness === 'alone') break
      if (fitness === 'now') taken.push(queued)
      else held.push(queued)
    }
    queue.splice(0, taken.length + held.length, ...held)
    flight.taken = taken
    return taken
  }

  landed(flight: Flight<Queued>): void {
    this.#underWay.delete(flight)
  }

  failed(flight: Flight<Queued>, error: unknown): void {
    this.#underWay.delete(flight)
    this.#failures.push({ taken: flight.taken ?? [], error })
  }

  takeFailures(): readonly FailedFlight<Queued>[] {
    const failures = this.#failures
    this.#failures = []
    return failures
  }

  /** One has asked after all. */
  rest(): void {
    this.#resting = restingBatches
  }

  /** A batch has been written that waited for its answers. */
  rested(): void {
    if (this.#resting > 0) this.#resting--
  }

  #fitnessOf(work: Work): Fitness {
    switch (work.kind) {
      case 'start':
        return isNamed(work) || work.nested !== undefined || this.#core.heads.get(work.stateMachineArn) === undefined
          ? 'alone'
          : 'now'
      case 'event': {
        if (work.letter !== undefined) return 'alone'
        if (this.has(work.executionId)) return 'later'
        const live = this.#core.cache.get(work.executionId)
        return live?.busy === true && asksNothing(live) ? 'now' : 'alone'
      }
      default:
        return 'alone'
    }
  }
}

const nothing: ReadonlySet<number> = new Set()

const isNamed = ({ name }: { readonly name: string | undefined }): boolean => name !== undefined

/** As far as can be told beforehand; what asks all the same is decided once more. */
const asksNothing = ({ row, express, machine }: Live): boolean =>
  !express &&
  row.awaitedBy === null &&
  row.mapRunId === null &&
  !machine.usesActivities &&
  !opensMapRuns(machine) &&
  !awaitsChildren(machine)
