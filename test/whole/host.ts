/**
 * A host whose agent is the real one, with its files on a disk, over processes and an edge in memory and in virtual time. The
 * agent can be killed at each change it makes and whenever else.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type RandomBytes, silentLogger, ulid, type VirtualClock } from '../../src/base/index.ts'
import type { Edge, Target } from '../../src/edge/index.ts'
import { type HostAgent, openHostAgent } from '../../src/host/agent.ts'
import type { CommandInput, CommandSource, Outcome } from '../../src/host/contract.ts'
import { parseMarker } from '../../src/host/instance/marker.ts'
import { type AppHabits, type Being, type Chance, Crash, FakeMachine } from '../../src/host/machine/machine.fake.ts'
import type { Files } from '../../src/host/machine/machine.ts'
import type { Machine } from '../../src/host/machine/open.ts'
import type { AgentLink } from '../../src/host/registry/agent-link.ts'
import type { StartOrder } from '../../src/host/machine/machine.ts'
import { LivingEdge } from './edge.ts'
import { Life, never } from './life.ts'

/** The control plane as an agent reaches it: undefined while there is none. */
export type PlaneDoor = () => { readonly link: AgentLink; readonly signal: AbortSignal } | undefined

export type HostParts = {
  readonly name: string
  readonly address: string
  /** Of this host alone, on the machine's disk. */
  readonly root: string
  readonly clock: VirtualClock
  readonly chance: Chance
  readonly random: RandomBytes
  readonly door: PlaneDoor
  /** Applications at an address of any host. */
  readonly believes: (target: Target, from: WholeHost) => boolean
}

/** Half a command's way. */
const latencyMs = 1
const pollMs = 25_000
/** Long enough to be told from a moment, short enough for a host to stay small. */
const bootMs = 300
const pids = 90

export class WholeHost {
  readonly name: string
  readonly address: string
  readonly machine: FakeMachine
  readonly edge: LivingEdge
  readonly violations: string[] = []
  readonly #parts: HostParts
  #life = new Life()
  #agent: HostAgent | undefined
  #generation = 0
  /** Commands at work on the disk, which virtual time waits for. */
  readonly #onDisk = new Set<string>()
  deaths = 0

  constructor(parts: HostParts) {
    this.#parts = parts
    this.name = parts.name
    this.address = parts.address
    mkdirSync(this.folder, { recursive: true })
    this.machine = new FakeMachine(parts.clock, parts.chance, (order) => this.#habitsOf(order), pids)
    this.machine.append = (path, text) => this.#append(path, text)
    this.edge = new LivingEdge(parts.clock, (target) => parts.believes(target, this))
  }

  /** Of the agent that lives now: the files of a dead one are the next one's, elsewhere. */
  get folder(): string {
    return join(this.#parts.root, String(this.#generation))
  }

  get isUp(): boolean {
    return this.#agent !== undefined
  }

  get isBusy(): boolean {
    return this.#onDisk.size > 0
  }

  // ---- life and death

  /** Tries until an agent is up: one may die while it opens. */
  async open(): Promise<void> {
    while (this.#agent === undefined) {
      const life = new Life()
      this.#life = life
      try {
        const agent = await openHostAgent(this.#optionsOf(life))
        if (!life.isOver) this.#agent = agent
      } catch (fault) {
        if (!(fault instanceof Crash) && !life.isOver) throw fault
        this.kill()
      }
    }
    this.#serve(this.#agent, this.#life)
  }

  /** From here on its folder is another one: whatever it still does, it does to nothing. */
  kill(): void {
    if (this.#life.isOver) return
    this.#life.end()
    this.deaths++
    this.machine.crashIn = undefined
    this.machine.generation++
    this.#agent = undefined
    this.#onDisk.clear()
    const before = this.folder
    this.#generation++
    renameSync(before, this.folder)
    // Its holder is dead, which this process cannot show by its own death.
    for (const name of ['owner.lock', 'owner.json']) rmSync(join(this.folder, name), { force: true })
  }

  close(): void {
    this.#life.end()
    this.edge.leave()
  }

  async run<K extends CommandInput['kind']>(command: Extract<CommandInput, { readonly kind: K }>): Promise<Outcome<K>> {
    if (this.#agent === undefined) throw new Error('there is no agent')
    return this.#agent.run(command)
  }

  #optionsOf(life: Life): Parameters<typeof openHostAgent>[0] {
    const { clock, random } = this.#parts
    return {
      folder: this.folder,
      machine: this.#machineOf(life),
      clock: life.clock(clock),
      random,
      log: silentLogger,
      environment: { PATH: '/usr/bin:/bin', HOME: '/' },
      download: () => Promise.reject(new Error('nothing is downloaded')),
      settings: { ports: { from: 20_000, to: 20_999 } },
      edge: { open: () => life.hears(this.edge.launch()).then((edge) => this.#edgeOf(life, edge)) },
    }
  }

  // ---- what it does to the world

  #machineOf(life: Life): Machine {
    const { machine } = this
    const changing = <T>(change: () => T): T => life.do(() => this.#dying(change))
    return {
      files: this.#filesOf(changing),
      processes: {
        boot: machine.boot,
        read: (pid) => machine.read(pid),
        list: () => machine.list(),
        marker: (pid) => machine.marker(pid),
        catches: (pid) => machine.catches(pid),
        signal: (pid, signal) =>
          changing(() => {
            if (machine.read(pid) !== undefined) this.#requireUnused(pid, signal)
            machine.signal(pid, signal)
          }),
        start: (order, ended) => changing(() => machine.start(order, ended)),
      },
      sockets: {
        isFree: async (port) => this.listenerOn(port) === undefined,
        listeners: (port) => {
          const listener = this.listenerOn(port)
          return listener === undefined ? [] : [{ port, socket: `socket:${listener.pid}` }]
        },
        holds: (pid, sockets) => sockets.has(`socket:${pid}`),
        portsOf: () => [],
      },
    }
  }

  /** The machine's own boundaries are those of processes; a crash there ends this life as well. */
  #dying<T>(change: () => T): T {
    try {
      return change()
    } catch (fault) {
      if (fault instanceof Crash) this.kill()
      throw fault
    }
  }

  #filesOf(changing: <T>(change: () => T) => T): Files {
    const { machine } = this
    const step = <T>(change: () => T): T =>
      changing(() => {
        machine.boundary()
        const result = change()
        machine.boundary()
        return result
      })
    return {
      read: (path) => unlessMissing(() => readFileSync(path, 'utf8')),
      list: (folder) => unlessMissing(() => readdirSync(folder).toSorted()) ?? [],
      // As the real one does it, but for the disk's own cache: no machine loses its power here.
      write: (path, text) =>
        step(() => {
          writeFileSync(`${path}.new`, text)
          renameSync(`${path}.new`, path)
        }),
      makeFolder: (path) => step(() => void mkdirSync(path, { recursive: true })),
      move: (from, to) => step(() => renameSync(from, to)),
      remove: (path) => step(() => rmSync(path, { recursive: true, force: true })),
    }
  }

  #edgeOf(life: Life, edge: Edge): Edge {
    const { machine } = this
    return {
      applyRoutes: async (routes) => {
        life.do(() => this.#dying(() => machine.boundary()))
        const answer = await life.hears(edge.applyRoutes(routes))
        life.do(() => this.#dying(() => machine.boundary()))
        return answer
      },
      routes: () => life.hears(edge.routes()),
      status: () => life.hears(edge.status()),
      events: (options) => edge.events({ ...options, signal: AbortSignal.any([options.signal, life.signal]) }),
      drain: (...words) => life.hears(edge.drain(...words)),
      reload: (...words) => life.hears(edge.reload(...words)),
      restart: (...words) => life.hears(edge.restart(...words)),
      stop: (...words) => life.hears(edge.stop(...words)),
    }
  }

  /** A fake process knows the path it was given; by now the folder may be another agent's. */
  #append(path: string, text: string): void {
    const inner = path
      .slice(this.#parts.root.length + 1)
      .split('/')
      .slice(1)
    const now = join(this.folder, ...inner)
    if (unlessMissing(() => readdirSync(dirname(now))) !== undefined) appendFileSync(now, text)
  }

  // ---- its commands

  #serve(agent: HostAgent, life: Life): void {
    const session = ulid(this.#parts.clock.now(), this.#parts.random)
    const underWay = new Set<string>()
    const source: CommandSource = {
      next: async (signal) => {
        const door = life.do(() => this.#parts.door())
        if (door === undefined) throw new Error('there is no control plane')
        const gone = AbortSignal.any([signal, life.signal, door.signal])
        const turn = { session, underWay: [...underWay], waitMs: pollMs }
        const commands = await life.hears(door.link.take(turn, gone))
        await this.#pass()
        if (life.isOver) return never()
        if (door.signal.aborted) throw new Error('the control plane is gone')
        const fresh = commands.filter(({ key }) => !underWay.has(key))
        for (const { key, kind } of fresh) {
          underWay.add(key)
          if (onDisk.has(kind)) this.#onDisk.add(key)
        }
        return structuredClone(fresh)
      },
      report: async (outcome) => {
        if (life.isOver) return never()
        this.#onDisk.delete(outcome.key)
        await this.#pass()
        const door = life.do(() => this.#parts.door())
        if (door === undefined) throw new Error('there is no control plane')
        door.link.answer(session, structuredClone(outcome))
        underWay.delete(outcome.key)
      },
    }
    // Two, as the real agent has: an urgent command does not wait for a poll to come.
    for (const _ of [1, 2]) void agent.serve(source).catch(() => {})
  }

  #pass(): Promise<void> {
    const { clock } = this.#parts
    return new Promise((resolve) => void clock.alarm(clock.now() + latencyMs, resolve))
  }

  // ---- its applications

  /** Which application has the port, if it listens by now. */
  listenerOn(port: number): Being | undefined {
    const now = this.#parts.clock.now()
    return [...this.machine.beings.values()].find(
      ({ bornAt, order }) =>
        order !== undefined &&
        isApplication(order) &&
        order.environment['PORT'] === String(port) &&
        now - bornAt >= bootMs,
    )
  }

  #habitsOf(order: StartOrder): AppHabits {
    const { chance } = this.#parts
    if (!isApplication(order)) return { ...obedient, livesMs: 20, exitCode: this.#isWell(order) ? 0 : 1 }
    const crashes = order.environment['BEHAVIOUR'] === 'crash'
    return {
      ...obedient,
      livesMs: crashes ? 150 : undefined,
      exitCode: 1,
      // Some are slow to end, some never do, some have children.
      drainMs: chance(6) === 0 ? undefined : chance(1500),
      leavesChild: chance(4) === 0,
      childIgnoresTerm: chance(2) === 0,
      shimSlowMs: chance(4) === 0 ? chance(200) : 0,
    }
  }

  /** What the health command says of the application beside it. */
  #isWell({ environment }: StartOrder): boolean {
    const application = this.listenerOn(Number(environment['PORT']))
    if (application === undefined || environment['BEHAVIOUR'] === 'never') return false
    const age = this.#parts.clock.now() - application.bornAt
    return environment['BEHAVIOUR'] !== 'fades' || age < 6000
  }

  /** Nobody's requests are cut off by us. */
  #requireUnused(pid: number, signal: string): void {
    const being = this.machine.beings.get(pid)
    const instance =
      being?.order && isApplication(being.order) ? being.order.environment['HOLDFAST_INSTANCE'] : undefined
    if (instance === undefined) return
    for (const edge of this.edges()) {
      if (edge.isUsing(instance)) this.violations.push(`${instance} gets ${signal} while an edge uses it`)
    }
  }

  /** All edges that may send it requests: the world says so once all hosts are there. */
  edges: () => readonly LivingEdge[] = () => [this.edge]
}

const onDisk: ReadonlySet<string> = new Set(['prepareArtifact', 'removeCopy'])

const obedient: AppHabits = {
  livesMs: undefined,
  exitCode: 0,
  drainMs: 0,
  hearsOnce: false,
  leavesChild: false,
  childIgnoresTerm: false,
  clearsEnvironment: false,
  shimSlowMs: 0,
}

/** Not a probe beside one. */
const isApplication = ({ environment }: StartOrder): boolean =>
  parseMarker(environment['HOLDFAST_MARKER'])?.owner.startsWith('probe-') === false

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined
    throw fault
  }
}
