/** Edges that came after the switch: a host that was enrolled later, or that has lost its disk. */
import type { Route } from '../../../edge/index.ts'
import { resolveSymbols, type StandingPlace } from '../../deployer.ts'
import { standingRoutes } from './decide.ts'
import type { HostCaller } from './host-caller.ts'
import type { ProcessService } from './schemas.ts'
import type { Traffic } from './traffic-calls.ts'

type Standing = StandingPlace<ProcessService>
/** Which edges have what serves the place; for another division of it, all of them are asked again. */
type Known = { readonly division: string; readonly edges: Set<string> }

/** An edge that does not answer holds up whoever attends to the next place: not for long, and not soon again. */
const patienceMs = 3_000
const againAfterMs = 60_000

export class Newcomers {
  readonly #caller: HostCaller
  readonly #traffic: Traffic
  readonly #known = new Map<string, Known>()
  /** Until when, by edge. */
  readonly #silent = new Map<string, number>()

  constructor(caller: HostCaller, traffic: Traffic) {
    this.#caller = caller
    this.#traffic = traffic
  }

  async attend(standing: Standing, signal: AbortSignal): Promise<void> {
    const { edges } = this.#knownOf(standing)
    const { clock } = this.#caller
    const newcomers = this.#caller.edges().filter(({ id, state }) => {
      // Whoever comes back may come back with nothing.
      if (state === 'away') edges.delete(id)
      return state !== 'away' && !edges.has(id) && (this.#silent.get(id) ?? 0) <= clock.now()
    })
    if (newcomers.length === 0) return
    const routes = routesOf(standing)
    const late = new AbortController()
    const cancel = clock.alarm(clock.now() + patienceMs, () => late.abort(new Error('an edge did not answer in time')))
    const ends = AbortSignal.any([signal, late.signal])
    try {
      await Promise.all(
        newcomers.map(async ({ id, name }) => {
          this.#silent.set(id, clock.now() + againAfterMs)
          if (await this.#tellIfNew(name, routes, standing, ends)) edges.add(id)
          this.#silent.delete(id)
        }),
      )
    } finally {
      cancel()
    }
  }

  #knownOf({ project, config, serving, warm }: Standing): Known {
    const [name, division] = [`${project}/${config}`, `${serving} ${warm}`]
    const known = this.#known.get(name)
    if (known?.division === division) return known
    const fresh: Known = { division, edges: new Set() }
    this.#known.set(name, fresh)
    return fresh
  }

  /** Whether it knows. */
  async #tellIfNew(edge: string, routes: readonly Route[], standing: Standing, signal: AbortSignal): Promise<boolean> {
    const { project, config, serving, term } = standing
    const reading = await this.#traffic.read(edge, { project, config }, signal)
    if (!reading.reachable) return false
    const told = reading.places.flatMap((place) => place.routes)
    if (routes.length === 0 || told.some((route) => gives(route, serving))) return true
    const key = this.#caller.freshKey(`${serving}/newcomer`)
    await this.#traffic.pushTo(edge, routes, { key, fleet: serving, project, config, term, signal })
    return true
  }
}

const gives = ({ weights }: Route, fleet: string): boolean =>
  weights.some(({ release, weight }) => release === fleet && weight > 0)

/** None, where not every instance of it is known: then there is nothing that could be told as the whole truth. */
function routesOf({ project, config, fleets }: Standing): readonly Route[] {
  const { serving, warm } = fleets()
  const situation = { project, config, incoming: serving, outgoing: warm, survey: null }
  const resolved = resolveSymbols(standingRoutes(situation), serving.outcomes)
  return resolved === undefined ? [] : asRoutes(resolved)
}

/** Made by `standingRoutes`; only as plain data does it pass through the symbols. */
const asRoutes = (resolved: unknown): readonly Route[] => resolved as readonly Route[]
