/**
 * Everything at once, on one virtual clock: the framework and its store, the deployer of processes, the agents of two hosts
 * with their edges and applications. Control plane, agents and edges can each be killed at any boundary, and come back.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlainJson } from '../../src/audit/index.ts'
import { HoldfastError, VirtualClock } from '../../src/base/index.ts'
import type { Deployment } from '../../src/deploy/deployment/rows.ts'
import { processDeployer } from '../../src/deploy/index.ts'
import { World, type WorldOptions } from '../../src/deploy/world.ts'
import type { Target } from '../../src/edge/index.ts'
import type { CommandInput, CommandKind, Hosts, HostView, Outcomes } from '../../src/host/index.ts'
import { type Chance, seededChance } from '../../src/host/machine/machine.fake.ts'
import { AgentLink } from '../../src/host/registry/agent-link.ts'
import { registryDefaults } from '../../src/host/registry/settings.ts'
import type { Store } from '../../src/store/index.ts'
import { WholeHost } from './host.ts'
import { Life } from './life.ts'

export type Document = Readonly<Record<string, PlainJson>>
export const hostNames = ['host-a', 'host-b'] as const

/** Packed once: what is deployed differs by its environment. */
export class Artifact {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-whole-')))
  readonly document: Document

  constructor() {
    const inner = join(this.folder, 'app')
    mkdirSync(inner)
    writeFileSync(join(inner, 'serve'), 'an application')
    const archive = join(this.folder, 'app.tgz')
    execFileSync('tar', ['-czf', archive, '-C', inner, '.'])
    this.document = {
      url: `file://${archive}`,
      sha256: createHash('sha256').update(readFileSync(archive)).digest('hex'),
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One life of a control plane: what its store and its hosts answer after its death is heard by nobody. */
class Plane {
  readonly life = new Life()
  readonly links = new Map<string, AgentLink>()
  /** Steps until it dies: around each commit of a deployment, and around each command to a host. */
  dieIn: number | undefined

  constructor(clock: VirtualClock) {
    for (const name of hostNames) {
      const away = () => new HoldfastError('host.away', `${name} is away`, { kind: 'unavailable' })
      const settings = registryDefaults
      this.links.set(
        name,
        new AgentLink({ clock: this.life.clock(clock), settings, away, onConnected() {}, onLost() {} }),
      )
    }
  }

  step(): boolean {
    if (this.dieIn !== undefined && this.dieIn-- <= 0) {
      this.dieIn = undefined
      this.life.end()
    }
    return this.life.isOver
  }

  /** An effect with a boundary before and after it. */
  async around<T>(act: () => Promise<T>): Promise<T> {
    if (this.step()) return forever()
    const answer = await this.life.hears(act())
    return this.step() ? forever() : answer
  }
}

const forever = (): Promise<never> => new Promise(() => {})

/** What the world is made of before it is one: the deployer is built with the control plane, again in each of its lives. */
class Ground {
  readonly clock = new VirtualClock()
  readonly hosts: readonly WholeHost[]
  plane: Plane
  planes = 1

  constructor(root: string, chance: Chance) {
    this.plane = new Plane(this.clock)
    this.hosts = hostNames.map(
      (name, index) =>
        new WholeHost({
          ...{ name, root: join(root, name), address: `10.0.0.${index + 1}`, clock: this.clock, chance },
          random: (length) => Uint8Array.from({ length }, () => chance(256)),
          door: () => this.#door(name),
          believes: (target, from) => this.#believes(target, from),
        }),
    )
    for (const host of this.hosts) host.edges = () => this.hosts.map(({ edge }) => edge)
  }

  #door(name: string) {
    const { life, links } = this.plane
    const link = links.get(name)
    return life.isOver || link === undefined ? undefined : { link, signal: life.signal }
  }

  /** Repeats the release's id, or is vouched for; some say to the edge that they are ill. */
  #believes({ address, attested, release }: Target, from: WholeHost): boolean {
    if (!('port' in address)) return false
    const host = address.host === '127.0.0.1' ? from : this.hosts.find((one) => one.address === address.host)
    const environment = host?.listenerOn(address.port)?.order?.environment
    if (environment?.['HOLDFAST_RELEASE'] !== release) return false
    if (environment['BEHAVIOUR'] === 'mute') return attested !== undefined
    return environment['BEHAVIOUR'] !== 'ill-at-the-edge'
  }

  options(): WorldOptions {
    const { clock } = this
    const renew = (): Plane => this.#renew()
    const plane = (): Plane => this.plane
    const hosts = (): Hosts => this.#hostsOf(this.plane)
    return {
      clock,
      store: (store) => dyingStore(store, renew()),
      get deployers() {
        return { process: processDeployer({ hosts: hosts(), clock: plane().life.clock(clock) }) }
      },
    }
  }

  #renew(): Plane {
    this.plane.life.end()
    this.plane = new Plane(this.clock)
    this.planes++
    return this.plane
  }

  #hostsOf(plane: Plane): Hosts {
    return {
      list: () => this.hosts.map((host) => this.#viewOf(host, plane)),
      run: <K extends CommandKind>(
        name: string,
        command: Extract<CommandInput, { readonly kind: K }>,
        signal: AbortSignal,
      ) => {
        const link = plane.links.get(name)
        if (link === undefined) return Promise.reject(new Error(`there is no host ${name}`))
        // The agent answers a command with the result of its kind.
        return plane.around(() => link.ask(command, signal) as Promise<Outcomes[K]>)
      },
    }
  }

  #viewOf({ name, address, edge }: WholeHost, plane: Plane): HostView {
    const now = this.clock.now()
    return {
      ...{ id: `hst_${name}`, name, zone: name, address, lastSeenAt: now, edge: { url: `http://${address}:7480` } },
      state: plane.links.get(name)?.isConnected === true ? 'connected' : 'away',
      facts: {
        ...{
          host: name,
          hostname: name,
          platform: 'linux',
          cpus: 2,
          load: 0,
          instances: 0,
          agentStartedAt: 0,
          root: true,
        },
        memoryBytes: { total: 2 ** 36, available: 2 ** 36 },
        diskBytes: { total: 1e12, available: 1e12 },
        ports: { from: 20_000, to: 20_999, inUse: 0, quarantined: 0, free: 1000 },
        edge: edge.isAway ? { state: 'away', why: 'it was killed' } : { state: 'reachable', version: 1, listeners: [] },
        memoryLimit: 'watched',
      },
    }
  }
}

function dyingStore(store: Store, plane: Plane): Store {
  const write: Store['write'] = (work) => plane.around(() => store.write(work))
  return new Proxy(store, { get: (inner, name) => (name === 'write' ? write : Reflect.get(inner, name)) })
}

export class WholeWorld extends World {
  readonly root: string
  readonly chance: Chance
  readonly #ground: Ground
  readonly #artifact: Artifact

  constructor(artifact: Artifact, seed: number) {
    const root = mkdtempSync(join(artifact.folder, 'world-'))
    const chance = seededChance(seed)
    const ground = new Ground(root, chance)
    super(ground.options())
    this.root = root
    this.chance = chance
    this.#ground = ground
    this.#artifact = artifact
  }

  override async begin(): Promise<this> {
    for (const host of this.hosts) await host.open()
    await super.begin()
    await this.advance(2000)
    return this
  }

  override async end(): Promise<void> {
    for (const host of this.hosts) host.close()
    await super.end()
    rmSync(this.root, { recursive: true, force: true })
  }

  get hosts(): readonly WholeHost[] {
    return this.#ground.hosts
  }

  get plane(): Plane {
    return this.#ground.plane
  }

  get planes(): number {
    return this.#ground.planes
  }

  /** The disk takes real time: virtual time waits for it. */
  override async settle(): Promise<void> {
    await super.settle()
    while (this.#isBusy()) {
      await new Promise<void>((resolve) => void setTimeout(resolve, 0))
      if (!this.#isBusy()) await super.settle()
    }
  }

  /** Looked at so often that reading the whole of it would be most of the work. */
  override async untilEnded(id: string, within = 3_600_000): Promise<Deployment> {
    const ended = this.store.read.prepare<{ at: number | null }>('SELECT ended_at AS at FROM deployment WHERE id = ?')
    await this.until(() => (ended.get(id)?.at ?? null) !== null, within)
    await this.settle()
    return this.deployment(id)
  }

  #isBusy(): boolean {
    return this.hosts.some(({ isBusy }) => isBusy)
  }

  override document(document: Document = {}): Document {
    return super.document({ target: 'process', artifact: this.#artifact.document, ...document })
  }
}
