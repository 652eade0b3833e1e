/** A router with an edge in memory, on virtual time and a disk that can be full; the next one opens the same folder. */
import { silentLogger, VirtualClock } from '../../base/index.ts'
import type { Testimony } from './merge.ts'
import { type AppHabits, Crash, FakeMachine, seededChance } from '../machine/machine.fake.ts'
import type { Files } from '../machine/machine.ts'
import type { Attestor } from './attest.ts'
import { FakeEdge } from './edge.fake.ts'
import { Router } from './router.ts'

const idle: AppHabits = {
  livesMs: undefined,
  exitCode: 0,
  drainMs: 0,
  hearsOnce: false,
  leavesChild: false,
  childIgnoresTerm: false,
  clearsEnvironment: false,
  shimSlowMs: 0,
}

/** Lets everything happen that waits for nothing but its turn. */
export const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class RouterWorld {
  readonly clock = new VirtualClock()
  readonly machine: FakeMachine
  readonly edge = new FakeEdge()
  isDiskFull = false
  /** What the attestor has seen, and what its next look will find. */
  seen: Testimony = { own: false }
  finds: { changed: boolean; open: boolean } = { changed: false, open: false }
  closing = new AbortController()

  constructor(seed = 1) {
    this.machine = new FakeMachine(this.clock, seededChance(seed), () => idle)
  }

  get files(): Files {
    return this.#filesOf(new AbortController())
  }

  /** What an agent did to the folder after it was closed, when it may be another's already. */
  readonly late: string[] = []

  #filesOf(agent: AbortController): Files {
    const { files } = this.machine
    const changing =
      <A extends unknown[], T>(change: (path: string, ...rest: A) => T) =>
      (path: string, ...rest: A): T => {
        if (agent.signal.aborted) this.late.push(path)
        return this.dying(agent, () => change(path, ...rest))
      }
    return {
      ...files,
      write: changing((path, text: string) => {
        if (this.isDiskFull) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
        files.write(path, text)
      }),
      makeFolder: changing(files.makeFolder),
      remove: changing(files.remove),
    }
  }

  /** An agent that dies does nothing more. */
  dying<T>(agent: AbortController, act: () => T): T {
    try {
      return act()
    } catch (fault) {
      if (fault instanceof Crash) agent.abort()
      throw fault
    }
  }

  open({ withEdge = true } = {}): Router {
    const closing = new AbortController()
    this.closing = closing
    this.edge.boundary = () => this.dying(closing, () => this.machine.boundary())
    const attestor: Pick<Attestor, 'of' | 'look'> = {
      of: () => this.seen,
      look: () => {
        const found = this.finds
        this.finds = { changed: false, open: false }
        return found
      },
    }
    const router = new Router({
      files: this.#filesOf(closing),
      folder: '/host/routes',
      clock: this.clock,
      log: silentLogger,
      closing: this.closing.signal,
      attestor,
      source: withEdge ? this.edge.source : undefined,
    })
    router.open()
    return router
  }

  /** Time passes until it is settled, or has been for long enough. */
  async settled<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    let isSettled = false
    void Promise.allSettled([promise]).then(() => (isSettled = true))
    const endsAt = this.clock.now() + withinMs
    for (await turns(); !isSettled; await turns()) {
      const next = this.clock.nextAlarm()
      if (next === undefined || next > endsAt) throw new Error('it never settles')
      this.clock.advanceTo(next)
    }
    return promise
  }

  async pass(ms: number): Promise<void> {
    for (const endsAt = this.clock.now() + ms; this.clock.now() < endsAt;) {
      await turns()
      this.clock.advanceTo(Math.min(endsAt, Math.max(this.clock.now() + 1, this.clock.nextAlarm() ?? endsAt)))
    }
    await turns()
  }
}
