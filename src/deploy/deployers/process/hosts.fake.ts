/**
 * Hosts in memory, in virtual time and with faults, that keep the promises of real agents and edges: the same key gets the
 * same outcome, a lower term is refused, an edge proves instances before it uses them and drains those it leaves. Whatever a
 * client would notice is written down as a violation.
 */
import { isDeepStrictEqual } from 'node:util'
import { HoldfastError, type VirtualClock } from '../../../base/index.ts'
import { type Route, type RouteStatus, type Target, windowMs } from '../../../edge/index.ts'
import {
  type Command,
  type CommandInput,
  type CommandKind,
  commandSchema,
  type HostFacts,
  type Hosts,
  type HostView,
  type InstanceStatus,
  type Outcomes,
} from '../../../host/index.ts'

export type Fault =
  | { readonly kind: 'fail'; readonly code: string; readonly message?: string; readonly times: number }
  | { readonly kind: 'hang-before' | 'hang-after' }
  | { readonly kind: 'slow'; readonly ms: number }

/** What an application does, by the first word of its command. */
export const behaviours = ['good', 'mute', 'slow', 'never', 'crash', 'fades', 'wrong-release', 'foreign'] as const

type FakeInstance = {
  readonly spec: Extract<Command, { readonly kind: 'startInstance' }>
  readonly port: number | undefined
  readonly startedAt: number
}
type Kept = { readonly asked: unknown; readonly answer: unknown }
type EdgeTarget = { readonly shownAt: number; leftServiceAt: number | undefined }

export type FakeHostOptions = Partial<
  Pick<HostView, 'zone' | 'address' | 'state' | 'edge'> & {
    readonly memoryMiB: number
    readonly freePorts: number
    readonly root: boolean
  }
>

const provenAfterMs = 150
const drainTakesMs = 80
const bootMs = 300

export class FakeHost {
  readonly name: string
  readonly options: FakeHostOptions
  readonly instances = new Map<string, FakeInstance>()
  /** Working copy by release. */
  readonly copies = new Map<string, string>()
  readonly places = new Map<string, { project: string; config: string; routes: readonly Route[] }>()
  readonly edgeTargets = new Map<string, EdgeTarget>()
  readonly kept = new Map<string, Kept>()
  readonly terms = new Map<string, number>()
  nextPort = 24_000
  /** Ports that programs of others have. */
  readonly foreignPorts = new Set<number>()
  isAway = false
  isRemoved = false
  /** The files of releases lie in a folder of its own. */
  forbidsArtifact = false
  /** The files that are on it, or that may be brought: their digest. */
  digest = 'a'.repeat(64)

  constructor(name: string, options: FakeHostOptions) {
    this.name = name
    this.options = options
  }
}

/** A mutating command as it was told and carried out. */
export type Told = { readonly host: string; readonly command: Command }

export class FakeHosts implements Hosts {
  readonly clock: VirtualClock
  readonly all = new Map<string, FakeHost>()
  readonly told: Told[] = []
  readonly violations: string[] = []
  readonly faults = new Map<CommandKind, Fault>()
  /** By number of the mutating command, from 0. */
  readonly faultsAt = new Map<number, Fault>()
  calls = 0
  latencyMs = 4
  awayAfterMs = 5_000
  /** Of each edge, to the release that serves. */
  requestsPerSecond = 100
  /** Answers for want of an instance, as the edges counted them. */
  unplaced = 0
  readonly failing = new Map<string, number>()

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  add(name: string, options: FakeHostOptions = {}): FakeHost {
    const host = new FakeHost(name, { edge: { url: `http://${name}:7480` }, ...options })
    this.all.set(name, host)
    return host
  }

  list(): readonly HostView[] {
    return [...this.all.values()].filter(({ isRemoved }) => !isRemoved).map((host) => viewOf(host, this.clock.now()))
  }

  async run<K extends CommandKind>(
    name: string,
    asked: Extract<CommandInput, { readonly kind: K }>,
    signal: AbortSignal,
  ): Promise<Outcomes[K]> {
    const command: Command = commandSchema.parse(asked)
    const host = this.all.get(name)
    if (host === undefined || host.isRemoved) throw fault('host.unknown', `there is no host ${name}`)
    const answer = await this.#within(signal, () => this.#carry(host, command))
    // Each verb below answers for its own kind.
    return answer as Outcomes[K]
  }

  /** Whoever hangs up hears nothing more; the host goes on. */
  #within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(asError(signal.reason))
      signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true })
      work().then(resolve, (error: unknown) => reject(asError(error)))
    })
  }

  async #carry(host: FakeHost, command: Command): Promise<unknown> {
    const found = changes(command) ? this.#faultFor(command.kind) : undefined
    if (found?.kind === 'hang-before') return new Promise(() => {})
    await this.takeTime(found?.kind === 'slow' ? found.ms : this.latencyMs)
    await this.#untilThere(host)
    if (found?.kind === 'fail') throw fault(found.code, found.message ?? 'as the test wants it')
    const answer = this.#once(host, command)
    if (found?.kind === 'hang-after') return new Promise(() => {})
    await this.takeTime(this.latencyMs)
    await this.#untilThere(host)
    return answer
  }

  #faultFor(kind: CommandKind): Fault | undefined {
    const found = this.faultsAt.get(this.calls++) ?? this.faults.get(kind)
    if (found?.kind !== 'fail') return found
    if (found.times <= 0) return undefined
    if (this.faults.get(kind) === found) this.faults.set(kind, { ...found, times: found.times - 1 })
    return found
  }

  async #untilThere(host: FakeHost): Promise<void> {
    for (let waited = 0; host.isAway; waited += 100) {
      if (waited >= this.awayAfterMs) throw fault('host.away', `${host.name} is away`)
      await this.takeTime(100)
    }
  }

  takeTime(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.alarm(this.clock.now() + ms, resolve)
    })
  }

  #once(host: FakeHost, command: Command): unknown {
    if (!changes(command)) return this.#do(host, command)
    const { fence, key, ...asked } = command
    if (fence !== undefined) {
      const highest = host.terms.get(fence.scope) ?? 0
      if (fence.term < highest) throw fault('host.term_over', `term ${fence.term} is over: ${highest} was seen`)
      host.terms.set(fence.scope, fence.term)
    }
    const kept = host.kept.get(key)
    if (kept !== undefined) {
      if (!isDeepStrictEqual(kept.asked, asked)) throw fault('host.key_reused', `${key} was another command`)
      return kept.answer
    }
    const answer = this.#do(host, command)
    this.told.push({ host: host.name, command })
    host.kept.set(key, { asked, answer })
    return answer
  }

  #do(host: FakeHost, command: Command): unknown {
    switch (command.kind) {
      case 'prepareArtifact':
        return this.#prepare(host, command)
      case 'removeCopy': {
        const release = command.of?.release ?? ''
        const usedBy = [...host.instances.values()].filter(({ spec }) => spec.release === release).map(({ spec }) => spec.instance) // prettier-ignore
        const removed = usedBy.length === 0 && host.copies.delete(release)
        return { removed, workingCopies: [], usedBy }
      }
      case 'startInstance':
        return this.#start(host, command)
      case 'stopInstance':
        return this.#stop(host, command.instance)
      case 'setRoutes':
        return this.#setRoutes(host, command)
      case 'instanceStatus':
        return this.#status(host, command.instance)
      case 'listInstances':
        return { instances: this.#listed(host, command) }
      case 'checkHealth':
        return this.#check(host, command.instance)
      case 'checkArtifact':
        if (host.forbidsArtifact) throw fault('host.artifact_forbidden', 'it lies in the folders of Holdfast itself')
        return {}
      case 'edgeStatus':
        return this.#edgeStatus(host, command)
      default:
        throw new Error(`the fake hosts do not know ${command.kind}`)
    }
  }

  // ---- files and instances

  #prepare(host: FakeHost, { release, artifact }: Extract<Command, { readonly kind: 'prepareArtifact' }>) {
    if (artifact.sha256 !== undefined && artifact.sha256 !== host.digest) {
      throw fault('host.artifact_digest', `the files have the digest ${host.digest}`)
    }
    host.copies.set(release, `copy-${release}`)
    return { workingCopy: `copy-${release}`, sha256: host.digest, files: 1, bytes: 1, reused: false, tookMs: 1 }
  }

  #start(host: FakeHost, command: Extract<Command, { readonly kind: 'startInstance' }>): InstanceStatus {
    const { key: _, fence: __, ...spec } = command
    const found = host.instances.get(spec.instance)
    if (found !== undefined) {
      const { key: ___, fence: ____, ...known } = found.spec
      if (!isDeepStrictEqual(known, spec)) throw fault('host.instance_exists', `${spec.instance} exists`)
      return statusOf(host, found, this.clock.now())
    }
    if (spec.workingCopy === undefined || host.copies.get(spec.release) !== spec.workingCopy) {
      throw fault('host.copy_missing', `there is no copy ${spec.workingCopy}`)
    }
    const port = typeof spec.port === 'number' ? spec.port : spec.port === 'none' ? undefined : host.nextPort++
    if (typeof spec.port === 'number' && [...host.instances.values()].some((one) => one.port === spec.port)) {
      throw fault('host.port_taken', `port ${spec.port} is taken`)
    }
    const instance: FakeInstance = { spec: command, port, startedAt: this.clock.now() }
    host.instances.set(spec.instance, instance)
    return statusOf(host, instance, this.clock.now())
  }

  #stop(host: FakeHost, instance: string) {
    for (const edge of this.all.values()) {
      for (const { routes } of edge.places.values()) {
        for (const route of routes) {
          const isEvaded = host.instances.get(instance)?.port !== undefined && this.#isForeign(host, instance)
          if (!route.targets.some(({ id }) => id === instance) || edge.isRemoved || isEvaded) continue
          this.violations.push(`${instance} is stopped while the edge of ${edge.name} has it in ${route.id}`)
        }
      }
      for (const [key, target] of edge.edgeTargets) {
        if (key.includes(instance) && !isDrained(target, this.clock.now())) {
          this.violations.push(`${instance} is stopped while requests are under way on it`)
        }
      }
    }
    const wasRunning = host.instances.delete(instance)
    return { instance, wasRunning, killed: false, removed: wasRunning, tookMs: 1 }
  }

  #listed(host: FakeHost, { project, config, release }: Extract<Command, { readonly kind: 'listInstances' }>) {
    return [...host.instances.values()]
      .map((instance) => statusOf(host, instance, this.clock.now()))
      .filter((one) => (project ?? one.project) === one.project && (config ?? one.config) === one.config)
      .filter((one) => (release ?? one.release) === one.release)
  }

  #status(host: FakeHost, name: string): InstanceStatus {
    const instance = host.instances.get(name)
    if (instance === undefined) throw fault('host.instance_missing', `there is no instance ${name}`)
    return statusOf(host, instance, this.clock.now())
  }

  #check(host: FakeHost, name: string) {
    const instance = host.instances.get(name)
    if (instance === undefined) throw fault('host.instance_missing', `there is no instance ${name}`)
    const { release } = instance.spec
    const base = { instance: name, release, successes: 0, probes: 1, final: false, tookMs: 1 }
    const [behaviour, age] = [behaviourOf(instance), this.clock.now() - instance.startedAt]
    if (age < (behaviour === 'slow' ? 4000 : bootMs)) {
      return { ...base, healthy: false, reason: 'not-listening', detail: 'nothing listens' }
    }
    if (this.#isForeign(host, name)) {
      return { ...base, healthy: false, reason: 'foreign-socket', detail: 'another program listens on it' }
    }
    switch (behaviour) {
      case 'never':
        return { ...base, healthy: false, reason: 'status', detail: 'GET / answered 500, not 200 to 399' }
      case 'crash':
        return { ...base, healthy: false, final: true, reason: 'crash-loop', detail: 'it ends again and again' }
      case 'wrong-release':
        return { ...base, healthy: false, reason: 'wrong-release', detail: 'x-release-id: dep_other' }
      case 'mute':
        return { ...base, healthy: true, successes: 1, proof: 'socket', detail: '200' }
      case 'fades':
        if (age > 8000) return { ...base, healthy: false, reason: 'no-answer', detail: 'timed out' }
        return { ...base, healthy: true, successes: 1, proof: 'release-id', detail: '200' }
      default:
        return { ...base, healthy: true, successes: 1, proof: 'release-id', detail: '200' }
    }
  }

  /** What answers there is not the instance. */
  #isForeign({ instances, foreignPorts }: FakeHost, name: string): boolean {
    const instance = instances.get(name)
    return instance !== undefined && (behaviourOf(instance) === 'foreign' || foreignPorts.has(instance.port ?? 0))
  }

  // ---- the edge

  #setRoutes(host: FakeHost, { project, config, routes }: Extract<Command, { readonly kind: 'setRoutes' }>) {
    const now = this.clock.now()
    const before = host.places.get(`${project}/${config}`)?.routes ?? []
    host.places.set(`${project}/${config}`, { project, config, routes })
    for (const [route, target] of targetsOf(before)) {
      const still = routes.find(({ id }) => id === route.id)
      const known = host.edgeTargets.get(keyOf(project, config, route, target))
      const next = still?.targets.find((one) => keyOf(project, config, route, one) === keyOf(project, config, route, target)) // prettier-ignore
      const isServing = still !== undefined && next !== undefined && serves(still, next)
      if (known === undefined) continue
      if (isServing) known.leftServiceAt = undefined
      else if (serves(route, target)) known.leftServiceAt = now
      if (next === undefined) host.edgeTargets.delete(keyOf(project, config, route, target))
      if (next === undefined && !isDrained(known, now)) {
        // It goes on draining outside of the routes, and the edge tells of it for as long as it does.
        host.edgeTargets.set(`left ${keyOf(project, config, route, target)}`, known)
      }
    }
    for (const [route, target] of targetsOf(routes)) {
      const key = keyOf(project, config, route, target)
      if (!host.edgeTargets.has(key)) host.edgeTargets.set(key, { shownAt: now, leftServiceAt: undefined })
    }
    this.#requireServed(host, project, config, routes)
    return { version: now, stored: true, tookMs: 1 }
  }

  /** Whoever asks at an address that is in service gets an answer. */
  #requireServed(host: FakeHost, project: string, config: string, routes: readonly Route[]): void {
    for (const route of routes) {
      if (route.maintenance?.on === true) continue
      const usable = route.targets.filter(
        (target) => serves(route, target) && this.#isProven(host, keyOf(project, config, route, target), target),
      )
      if (usable.length === 0) this.violations.push(`${host.name}: nobody proven serves ${route.id} of ${project}`)
    }
  }

  #isProven(host: FakeHost, key: string, { id, release, attested }: Target): boolean {
    const shownAt = host.edgeTargets.get(key)?.shownAt ?? Infinity
    const owner = [...this.all.values()].find(({ instances }) => instances.has(id))
    const instance = owner?.instances.get(id)
    if (owner === undefined || instance?.spec.release !== release) return false
    if (this.clock.now() - shownAt < provenAfterMs) return false
    // What repeats nothing is vouched for by its own agent, or by whoever sent the routes.
    if (behaviourOf(instance) === 'mute' && owner !== host && attested === undefined) return false
    return behaviourOf(instance) !== 'never' && behaviourOf(instance) !== 'wrong-release'
  }

  #edgeStatus(host: FakeHost, { project, config }: Extract<Command, { readonly kind: 'edgeStatus' }>) {
    const now = this.clock.now()
    const places = [...host.places.values()].filter(
      (place) => (project ?? place.project) === place.project && (config ?? place.config) === place.config,
    )
    const routes = places.flatMap((place) =>
      place.routes.map((route) => ({ ...this.#routeStatus(host, place, route, now), ...namesOf(place) })),
    )
    return {
      places,
      ...{ reachable: true, version: now, now, listeners: [], startedAt: 0, crashes: 0, unrouted: {} },
      routes,
    }
  }

  #routeStatus(host: FakeHost, place: { project: string; config: string }, route: Route, now: number): RouteStatus {
    const left = [...host.edgeTargets].flatMap(([key, target]) => {
      const name = key.startsWith('left ') ? key.slice('left '.length) : undefined
      if (name === undefined || isDrained(target, now)) return []
      const [, , id, target_, release] = JSON.parse(name) as string[]
      return id === route.id ? [statusOfTarget({ id: target_ ?? '', release: release ?? '' }, { proven: true, serving: false, drained: false })] : [] // prettier-ignore
    })
    return {
      id: route.id,
      panic: false,
      edgeFailures: this.unplaced === 0 ? {} : { no_target: this.unplaced },
      releases: route.weights.map(({ release, weight }) => ({
        release,
        weight,
        ...this.#traffic(release, weight, now),
        spread: [[2, this.#counted.get(release)?.requests ?? 0] as const],
      })),
      targets: route.targets
        .map((target) => {
          const key = keyOf(place.project, place.config, route, target)
          const known = host.edgeTargets.get(key)
          const serving = serves(route, target)
          const drained = !serving && (known === undefined || isDrained(known, now))
          return statusOfTarget(target, { proven: this.#isProven(host, key, target), serving, drained })
        })
        .concat(left),
    }
  }

  readonly #counted = new Map<string, { requests: number; failures: number; at: number }>()

  /** Coarse, and enough: by the weight that stands since the last look. */
  #traffic(release: string, weight: number, now: number) {
    const counted = this.#counted.get(release) ?? { requests: 0, failures: 0, at: now }
    const fresh = Math.round((((now - counted.at) / 1000) * this.requestsPerSecond * weight) / 100)
    const failures = counted.failures + Math.round(fresh * (this.failing.get(release) ?? 0))
    const next = { requests: counted.requests + fresh, failures, at: now }
    this.#counted.set(release, next)
    return trafficStatus(next.requests, next.failures)
  }

  // ---- looking

  /** Everything that stands on the hosts, by name. */
  standing(): string[] {
    return [...this.all.values()]
      .filter(({ isRemoved }) => !isRemoved)
      .flatMap((host) => [
        ...[...host.instances.keys()],
        ...[...host.copies.keys()].map((release) => `${release} files on ${host.name}`),
      ])
      .toSorted()
  }

  routes(host: string, place: string): readonly Route[] {
    return this.all.get(host)?.places.get(place)?.routes ?? []
  }

  /** Percent of the traffic, by release, of the first route of the place. */
  shares(host: string, place: string): Record<string, number> {
    const [route] = this.routes(host, place)
    return Object.fromEntries((route?.weights ?? []).map(({ release, weight }) => [release, weight]))
  }

  mutating(kind: CommandKind): readonly Told[] {
    return this.told.filter(({ command }) => command.kind === kind)
  }
}

type Fenced = Extract<Command, { readonly fence?: unknown }>
const reads: ReadonlySet<CommandKind> = new Set(['listInstances', 'checkHealth', 'edgeStatus', 'instanceStatus', 'logs', 'hostFacts', 'checkArtifact']) // prettier-ignore
const changes = (command: Command): command is Fenced => !reads.has(command.kind)

const namesOf = ({ project, config }: { project: string; config: string }) => ({ project, config })
const keyOf = (project: string, config: string, route: Route, { id, release, address }: Target): string =>
  JSON.stringify([project, config, route.id, id, release, address])
const targetsOf = (routes: readonly Route[]) =>
  routes.flatMap((route) => route.targets.map((target) => [route, target] as const))
const serves = ({ weights }: Route, { release, state }: Target): boolean =>
  state === 'active' && weights.some((share) => share.release === release && share.weight > 0)
const isDrained = ({ leftServiceAt }: EdgeTarget, now: number): boolean =>
  leftServiceAt === undefined || now - leftServiceAt >= drainTakesMs

const behaviourOf = ({ spec }: FakeInstance): string => String(spec.command).split(' ')[0] ?? ''

function statusOf(_host: FakeHost, { spec, port, startedAt }: FakeInstance, now: number): InstanceStatus {
  const { instance, project, config, release, service } = spec
  const isCrashing = String(spec.command).startsWith('crash') && now - startedAt > 1000
  return {
    ...{ instance, project, config, release, service },
    phase: isCrashing ? 'crash-looping' : 'running',
    startedAt,
    pid: startedAt % 30_000,
    restarts: isCrashing ? 5 : 0,
    memoryBytes: 1_048_576,
    ...(port === undefined ? {} : { port }),
  }
}

function viewOf({ name, options, isAway }: FakeHost, now: number): HostView {
  const { zone = 'a', address = `10.0.0.${name.length}`, state = 'connected', edge } = options
  return {
    ...{ id: `hst_${name}`, name, zone, address, edge, lastSeenAt: now },
    state: isAway ? 'away' : state,
    facts: factsOf(name, options),
  }
}

function factsOf(host: string, { memoryMiB = 65_536, freePorts = 1000, root = true }: FakeHostOptions): HostFacts {
  return {
    ...{ host, hostname: host, platform: 'linux', cpus: 2, load: 0, instances: 0, agentStartedAt: 0, root },
    memoryBytes: { total: memoryMiB * 1_048_576, available: memoryMiB * 1_048_576 },
    diskBytes: { total: 1e12, available: 1e12 },
    ports: { from: 24_000, to: 31_999, inUse: 0, quarantined: 0, free: freePorts },
    edge: { state: 'none' },
    memoryLimit: 'watched',
  }
}

const latency = (count: number) => ({ count, p50Ms: 2, p90Ms: 3, p99Ms: 4, maxMs: 5 })

function trafficStatus(requests: number, failures: number) {
  const totals = {
    requests,
    classes: [0, requests - failures, 0, 0, failures] as const,
    ...{ edgeFailures: {}, clientAborts: 0, retries: 0, foreignAnswers: 0, latency: latency(requests) },
  }
  return { inFlight: 0, upgraded: 0, totals, windows: [{ startedAt: windowMs, ...totals }] }
}

type Seen = { readonly proven: boolean; readonly serving: boolean; readonly drained: boolean }

function statusOfTarget(target: Pick<Target, 'id' | 'release'>, { proven, serving, drained }: Seen) {
  const state = proven ? ('healthy' as const) : ('unproven' as const)
  return {
    ...{ id: target.id, release: target.release, instance: target.id, serving, drained },
    state: 'active' as const,
    health: { state, since: 0, successes: 0, failures: 0 },
    ...trafficStatus(0, 0),
  }
}

export const fault = (code: string, message: string): HoldfastError =>
  new HoldfastError(code, message, { kind: 'unavailable', repair: `mend ${code}` })
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
