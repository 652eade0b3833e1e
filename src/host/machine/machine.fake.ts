/**
 * A machine in memory with a small pid space, so that pids come round again soon, and a crash at any boundary: before or
 * after each change the agent makes. It knows which processes are truly the agent's and writes down every signal.
 */
import type { VirtualClock } from '../../base/index.ts'
import { parseMarker } from '../instance/marker.ts'
import { markerIn } from './linux.ts'
import type { Ending, Files, ProcessFacts, Processes, SignalName, StartOrder } from './machine.ts'

/** The agent dies here. */
export class Crash extends Error {}

export type Chance = (below: number) => number

/** mulberry32 */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export type Being = ProcessFacts & {
  marker: string | undefined
  /** Descends from something the agent started: the truth that no proof may contradict. */
  readonly ours: boolean
  readonly onSignal: (signal: SignalName) => void
  readonly catches?: () => boolean
  /** Of an application: what it was started with, and when. */
  readonly order?: StartOrder
  readonly bornAt: number
}

export type AppHabits = {
  /** Undefined: it lives until it is told to end. */
  readonly livesMs: number | undefined
  readonly exitCode: number
  /** Undefined: it ignores SIGTERM. */
  readonly drainMs: number | undefined
  /** Its handler is good for one signal: the second ends it at once, in the middle of its drain. */
  readonly hearsOnce: boolean
  readonly leavesChild: boolean
  readonly childIgnoresTerm: boolean
  readonly clearsEnvironment: boolean
  readonly shimSlowMs: number
}

type MainOrder = {
  readonly habits: AppHabits
  readonly shim: Being
  readonly marker: string | undefined
  readonly order: StartOrder
}

export class FakeMachine implements Processes {
  boot = 'boot-1'
  readonly signals: { readonly pid: number; readonly ours: boolean; readonly signal: SignalName }[] = []
  readonly texts = new Map<string, string>()
  readonly folders = new Set<string>()
  readonly beings = new Map<number, Being>()
  starts = 0
  /** Starts of an owner of which something was still alive. */
  readonly overlaps: string[] = []
  /** Main processes that were ended in their drain by a second signal. */
  readonly cutShort: number[] = []
  /** Changes until the agent dies; undefined: it does not. */
  crashIn: number | undefined
  habits: (order: StartOrder) => AppHabits
  readonly #clock: VirtualClock
  readonly #chance: Chance
  readonly #pids: number
  #lastPid = 100
  readonly #formerlyOurs: number[] = []
  #births = 0
  /** Grows with every agent: the callbacks of a dead one are not called. */
  generation = 0

  constructor(clock: VirtualClock, chance: Chance, habits: (order: StartOrder) => AppHabits, pids = 40) {
    this.#clock = clock
    this.#chance = chance
    this.habits = habits
    this.#pids = pids
  }

  boundary(): void {
    if (this.crashIn === undefined) return
    if (this.crashIn-- <= 0) {
      this.crashIn = undefined
      this.generation++
      throw new Crash()
    }
  }

  #changes<T>(change: () => T): T {
    this.boundary()
    const result = change()
    this.boundary()
    return result
  }

  // Processes

  read(pid: number): ProcessFacts | undefined {
    return this.beings.get(pid)
  }

  list(): readonly ProcessFacts[] {
    return [...this.beings.values()]
  }

  marker(pid: number): string | undefined {
    return this.beings.get(pid)?.marker
  }

  catches(pid: number): boolean {
    return this.beings.get(pid)?.catches?.() === true
  }

  signal(pid: number, signal: SignalName): void {
    this.#changes(() => {
      const being = this.beings.get(pid)
      if (being === undefined) return
      this.signals.push({ pid, ours: being.ours, signal })
      being.onSignal(signal)
    })
  }

  start(order: StartOrder, ended: (ending: Ending) => void): number | undefined {
    return this.#changes(() => {
      this.starts++
      return this.#startShim(order, ended)
    })
  }

  /** Somebody else's process, if possible on a pid that the agent may remember. */
  stranger(marker?: string): number {
    const remembered = this.#formerlyOurs[this.#chance(this.#formerlyOurs.length + 1)]
    if (remembered !== undefined) this.#lastPid = remembered - 1
    return this.#bear({ marker, ours: false, parent: 1, onSignal: () => {} }).pid
  }

  end(pid: number): void {
    if (this.beings.get(pid)?.ours === true) this.#formerlyOurs.push(pid)
    this.beings.delete(pid)
  }

  reboot(): void {
    this.beings.clear()
    this.boot = `boot-${Number(this.boot.slice(5)) + 1}`
    this.#births = 0
  }

  #startShim(order: StartOrder, ended: (ending: Ending) => void): number {
    const habits = this.habits(order)
    this.append(order.outputFile, '')
    const marker = markerIn(
      Object.entries(order.environment)
        .map((entry) => entry.join('='))
        .join('\0'),
    )
    const owner = parseMarker(marker)?.owner ?? ''
    if (this.list().some(({ pid }) => parseMarker(this.marker(pid))?.owner === owner)) this.overlaps.push(owner)
    const generation = this.generation
    const say = (line: string): void => {
      if (order.statusFile !== undefined) this.append(order.statusFile, `${line}\n`)
    }
    const shim = this.#bear({ marker, ours: true, parent: 1, onSignal: (signal) => signal === 'SIGKILL' && leave() })
    const leave = (ending: Ending = {}): void => {
      this.end(shim.pid)
      if (generation === this.generation) ended(ending)
    }
    const isHere = (): boolean => this.beings.get(shim.pid) === shim
    this.#later(habits.shimSlowMs, () => {
      if (!isHere()) return
      say(`shim ${shim.pid} ${shim.start}`)
      const main = this.#startMain({ habits, shim, marker, order }, (code) => {
        if (!isHere()) return
        say(`exit ${code}`)
        leave({ code })
      })
      say(`main ${main.pid} ${main.start}`)
    })
    return shim.pid
  }

  #startMain({ habits, shim, marker, order }: MainOrder, exited: (code: number) => void): Being {
    const seen = habits.clearsEnvironment ? undefined : marker
    const leave = (code: number): void => {
      if (this.beings.get(main.pid) !== main) return
      this.end(main.pid)
      exited(code)
    }
    let heard = 0
    const main = this.#bear({
      catches: () => !habits.hearsOnce || heard === 0,
      order,
      marker: seen,
      ours: true,
      parent: shim.pid,
      session: shim.pid,
      onSignal: (signal) => {
        if (signal !== 'SIGKILL' && heard++ > 0 && habits.hearsOnce) this.cutShort.push(main.pid)
        if (signal === 'SIGKILL') leave(137)
        else if (habits.drainMs !== undefined) this.#later(habits.drainMs, () => leave(0))
      },
    })
    if (habits.leavesChild) {
      const child = this.#bear({
        marker,
        ours: true,
        parent: main.pid,
        session: shim.pid,
        onSignal: (signal) => {
          if (signal === 'SIGKILL' || !habits.childIgnoresTerm) this.end(child.pid)
        },
      })
    }
    if (habits.livesMs !== undefined) this.#later(habits.livesMs, () => leave(habits.exitCode))
    return main
  }

  #bear(
    being: Pick<Being, 'marker' | 'ours' | 'onSignal' | 'parent' | 'catches' | 'order'> & { readonly session?: number },
  ): Being {
    const pid = this.#freePid()
    const facts = { pid, start: String(++this.#births), zombie: false, residentBytes: 1_000_000 }
    const born = { session: pid, ...being, ...facts, bornAt: this.#clock.now() }
    this.beings.set(pid, born)
    return born
  }

  /** As Linux does: the next one, round and round, none that is a process or a session still. */
  #freePid(): number {
    const taken = new Set([...this.beings.values()].flatMap(({ pid, session }) => [pid, session]))
    if (taken.size >= this.#pids) throw new Error('the machine is out of pids')
    do this.#lastPid = 100 + ((this.#lastPid - 99 + this.#pids) % this.#pids)
    while (taken.has(this.#lastPid))
    return this.#lastPid
  }

  #later(ms: number, act: () => void): void {
    if (ms === 0) act()
    else this.#clock.alarm(this.#clock.now() + ms + this.#chance(3), act)
  }

  /** What a process writes; a test with files elsewhere brings its own. */
  append = (path: string, text: string): void => {
    // A folder that was removed takes the file with it; the descriptor still writes, to nobody.
    if (this.folders.has(path.slice(0, path.lastIndexOf('/'))))
      this.texts.set(path, (this.texts.get(path) ?? '') + text)
  }

  readonly files: Files = {
    read: (path) => this.texts.get(path),
    write: (path, text) => this.#changes(() => void this.texts.set(path, text)),
    list: (folder) => this.#names(folder),
    makeFolder: (path) => this.#changes(() => void this.folders.add(path)),
    move: (from, to) => this.#changes(() => this.#move(from, to)),
    remove: (path) => this.#changes(() => this.#remove(path)),
  }

  #names(folder: string): readonly string[] {
    const start = `${folder}/`
    const names = [...this.texts.keys(), ...this.folders].flatMap((path) =>
      path.startsWith(start) ? [path.slice(start.length).split('/')[0] ?? ''] : [],
    )
    return [...new Set(names)].toSorted()
  }

  #move(from: string, to: string): void {
    const moved = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path
    for (const [path, text] of [...this.texts]) {
      this.texts.delete(path)
      this.texts.set(moved(path), text)
    }
    for (const path of [...this.folders]) {
      this.folders.delete(path)
      this.folders.add(moved(path))
    }
  }

  #remove(folder: string): void {
    const isIn = (path: string): boolean => path === folder || path.startsWith(`${folder}/`)
    for (const path of [...this.texts.keys()].filter(isIn)) this.texts.delete(path)
    for (const path of [...this.folders].filter(isIn)) this.folders.delete(path)
  }
}
