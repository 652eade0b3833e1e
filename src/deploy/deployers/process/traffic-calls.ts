/** Telling the edges where requests go, all of them at once, and waiting for what they see. */
import type { Route, Target } from '../../../edge/index.ts'
import type { EdgeReading, HostView } from '../../../host/index.ts'
import type { CallContext } from '../../deployer.ts'
import { DeployFailure } from '../../failure.ts'
import { departure, longestDrainMs } from './departure.ts'
import { isAbout } from './failures.ts'
import type { HostCaller } from './host-caller.ts'
import { ownFleet } from './route-plan.ts'
import type { Vouched, Vouchers } from './vouchers.ts'

/** An instance that is healthy to its host needs two or three probes to be so to an edge. */
const provenWithinMs = 30_000
const lookAgainMs = 100
/** Beyond the time that the routes themselves give what is under way. */
const drainGraceMs = 5_000

type Place = Pick<CallContext, 'project' | 'config'>
type CallContextParts = Pick<CallContext, 'key' | 'fleet' | 'project' | 'config' | 'term' | 'signal'>

export class Traffic {
  readonly #caller: HostCaller
  readonly #vouchers: Vouchers
  /** By edge and place: what reads the routes to change them is alone with them. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(caller: HostCaller, vouchers: Vouchers) {
    this.#caller = caller
    this.#vouchers = vouchers
  }

  /** In force on every edge when it returns. @returns the hosts of the edges @throws DeployFailure */
  async push(routes: readonly Route[], context: CallContext, key: string): Promise<readonly string[]> {
    const edges = this.#caller.edges()
    if (edges.length === 0 && routes.length > 0) throw noEdge()
    await this.#vouchers.learn(
      edges.flatMap((edge) => strangersTo(edge, routes)),
      context.signal,
    )
    await allOf(
      edges.map((edge) => {
        const seen = this.#seenFrom(edge, routes, context)
        return this.#inTurn(edge, context, () =>
          unlessGone(() => this.#tell(edge.name, seen, context, `${key}@${edge.name}`)),
        )
      }),
    )
    return edges.map(({ name }) => name)
  }

  /** In force on this edge when it returns, or it is not ours any more. @throws DeployFailure */
  async pushTo(name: string, routes: readonly Route[], context: CallContextParts): Promise<void> {
    const edge = this.#caller.find(name)
    if (edge === undefined) return
    await this.#vouchers.learn(strangersTo(edge, routes), context.signal)
    const seen = this.#seenFrom(edge, routes, context)
    await this.#inTurn(edge, context, () => unlessGone(() => this.#tell(name, seen, context, context.key)))
  }

  /**
   * Until every edge has seen every instance of the fleet healthy by itself. `routes` name the host of each.
   *
   * @throws DeployFailure of the class health
   */
  async awaitProven(routes: readonly Route[], context: CallContext): Promise<void> {
    const endsAt = this.#caller.clock.now() + provenWithinMs
    for (;;) {
      const unproven = await this.#unproven(context)
      if (unproven.length === 0) return
      context.waitsFor?.(unproven.join('; '))
      if (this.#caller.clock.now() >= endsAt) throw neverProven(unproven)
      await this.#vouchAgain(routes, context)
      await this.#caller.pause(lookAgainMs, context.signal)
    }
  }

  /** Out of the routes of every edge, once nothing is under way on any of the fleet's instances. */
  async leave(context: CallContext): Promise<void> {
    const [endsAt, fenced] = [new Map<string, number>(), new Set<string>()]
    for (;;) {
      const edges = this.#caller.edges()
      const left = await allOf(
        edges.map((edge) => unlessGone(() => this.#leaveEdge(edge, context, { endsAt, fenced }))),
      )
      if (left.every((isOut) => isOut)) return
      await this.#caller.pause(lookAgainMs, context.signal)
    }
  }

  /** They were shown before anybody could vouch for them. */
  async #vouchAgain(routes: readonly Route[], context: CallContext): Promise<void> {
    const edges = this.#caller.edges()
    const newcomers = routes.map((route) => ({
      ...route,
      targets: route.targets.filter(({ release }) => release === ownFleet),
    }))
    await this.#vouchers.learn(
      edges.flatMap((edge) => strangersTo(edge, newcomers)),
      context.signal,
    )
    await allOf(
      edges.map((edge) =>
        this.#inTurn(edge, context, async () => {
          const reading = await this.read(edge.name, context, context.signal)
          const told = reading.places.flatMap((place) => place.routes)
          // By name: an address may be that of several hosts, also that of this one.
          const strangers = new Set(strangersTo(edge, routes).map(({ instance }) => instance))
          const vouched = told.map((route) => this.#vouched(route, strangers))
          if (vouched.every((route, at) => route === told[at])) return
          await this.#tell(edge.name, vouched, context, this.#caller.freshKey(`${context.key}/vouch`))
        }),
      ),
    )
  }

  /** The same route where nothing new can be said. An agent vouches for its own by itself. */
  #vouched(route: Route, strangers: ReadonlySet<string>): Route {
    const targets = route.targets.map((target) => {
      const attested = strangers.has(target.instance) ? this.#vouchers.of(target.instance) : undefined
      return attested === undefined || target.attested !== undefined ? target : { ...target, attested }
    })
    return targets.every((target, at) => target === route.targets[at]) ? route : { ...route, targets }
  }

  async #unproven(context: CallContext): Promise<readonly string[]> {
    const readings = await allOf(
      this.#caller.edges().map(async ({ name }) => ({ name, reading: await this.read(name, context, context.signal) })),
    )
    return readings.flatMap(({ name, reading }) => unprovenOf(reading, context.fleet).map((what) => `${name}: ${what}`))
  }

  read(edge: string, { project, config }: Place, signal: AbortSignal): Promise<EdgeReading> {
    return this.#caller.read<'edgeStatus'>(edge, { kind: 'edgeStatus', project, config }, signal)
  }

  /** One step on the way out of an edge: whether it is out. */
  #leaveEdge(edge: HostView, context: CallContext, { endsAt, fenced }: Leaving): Promise<boolean> {
    return this.#inTurn(edge, context, async () => {
      const reading = await this.read(edge.name, context, context.signal)
      const told = reading.places.flatMap(({ routes }) => routes)
      const now = this.#caller.clock.now()
      const end = endsAt.get(edge.name) ?? now + longestDrainMs(told) + drainGraceMs
      endsAt.set(edge.name, end)
      const step = departure({ told, reading, fleet: context.fleet, isLate: now >= end })
      const routes = step.kind === 'push' ? step.routes : told
      // Also when it is out already: only a host that has heard this term refuses what was sent before and is still on its way.
      if (step.kind === 'push' || !fenced.has(edge.name)) await this.#tell(edge.name, routes, context, this.#caller.freshKey(`${context.key}/leave`)) // prettier-ignore
      fenced.add(edge.name)
      return step.kind === 'out' || (step.kind === 'push' && step.isOut)
    })
  }

  async #tell(edge: string, routes: readonly Route[], context: CallContextParts, key: string): Promise<true> {
    const { project, config, term, signal } = context
    const fence = { scope: `${project}/${config}`, term }
    await this.#caller.tell<'setRoutes'>(
      edge,
      { kind: 'setRoutes', key, fence, project, config, routes: [...routes] },
      signal,
    )
    return true
  }

  /** With the fleet's own name, and each instance at the address at which this edge reaches it. */
  #seenFrom(edge: HostView, routes: readonly Route[], { fleet, project, config }: CallContextParts): Route[] {
    const named = (release: string): string => (release === ownFleet ? fleet : release)
    return routes.map((route) => ({
      ...route,
      project,
      config,
      weights: route.weights.map(({ release, weight }) => ({ release: named(release), weight })),
      targets: route.targets.flatMap((target) => this.#targetFrom(edge, { ...target, release: named(target.release) })),
    }))
  }

  /** A host that was taken out has no instance that could answer. */
  #targetFrom(edge: HostView, target: Target): readonly Target[] {
    const name = hostOf(target)
    if (name === undefined || !('port' in target.address)) return [target]
    const { port } = target.address
    if (name === edge.name) return [{ ...target, address: { host: '127.0.0.1', port } }]
    const host = this.#caller.find(name)?.address.replace(/^\[(.*)\]$/, '$1')
    const attested = this.#vouchers.of(target.instance)
    return host === undefined ? [] : [{ ...target, address: { host, port }, ...(attested && { attested }) }]
  }

  #inTurn<T>(edge: HostView, place: Place, work: () => Promise<T>): Promise<T> {
    const name = JSON.stringify([edge.id, place.project, place.config])
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work, work)
    this.#turns.set(name, turn)
    const tidy = (): void => {
      if (this.#turns.get(name) === turn) this.#turns.delete(name)
    }
    turn.then(tidy, tidy)
    return turn
  }
}

type Leaving = {
  /** Until when what is under way may take, by edge. */
  readonly endsAt: Map<string, number>
  /** Edges that have heard the term. */
  readonly fenced: Set<string>
}

const hostOf = ({ address }: Target): string | undefined => ('host' in address ? address.host : undefined)

/** Instances that the agent of this edge cannot vouch for, as they run on other hosts. */
function strangersTo(edge: HostView, routes: readonly Route[]): readonly Vouched[] {
  return routes
    .flatMap(({ targets }) => targets)
    .flatMap((target) => {
      const host = hostOf(target)
      return host === undefined || host === edge.name ? [] : [{ host, instance: target.instance }]
    })
}

function unprovenOf(reading: EdgeReading, fleet: string): readonly string[] {
  if (!reading.reachable) return [`its edge is away: ${reading.why}`]
  const wanted = reading.places
    .flatMap(({ routes }) => routes)
    .flatMap(({ id, targets }) => targets.filter(({ release }) => release === fleet).map((target) => ({ id, target })))
  return wanted.flatMap(({ id, target }) => {
    const seen = reading.routes.find((route) => route.id === id)?.targets.find((one) => one.id === target.id)
    if (seen?.health.state === 'healthy') return []
    return [`${placeOf(target.instance, fleet)} is ${seen?.health.state ?? 'not known yet'} (${seen?.health.evidence?.detail ?? 'not asked yet'})`] // prettier-ignore
  })
}

/** `web/0`, as people know it. */
const placeOf = (instance: string, fleet: string): string => instance.replace(`${fleet}-`, '').replace(/-(\d+)$/, '/$1')

async function unlessGone(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (fault) {
    // A host that was taken out meanwhile has no edge of ours.
    if (isAbout(fault, 'host.unknown')) return true
    throw fault
  }
}

/** Waits for all, so that nothing goes on behind the back of what comes next; then tells the first failure. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works)
  return Promise.all(works)
}

const neverProven = (unproven: readonly string[]): DeployFailure =>
  new DeployFailure('health', `not proven healthy within ${provenWithinMs / 1000} s: ${unproven.join('; ')}`)

const noEdge = (): DeployFailure =>
  new DeployFailure('capacity', 'no host runs an edge, so nothing can get traffic', {
    command: 'start the agent of a host with an edge: holdfast host, then: holdfast hosts',
  })
