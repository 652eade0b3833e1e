import type { Route } from '../../edge/index.ts'
import type { CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { RoutesSet } from '../outcome.ts'
import { routesReplaced, targetsUnhealthy, unhealthyTargets } from '../route/healthy.ts'
import { type Place, samePlace } from '../route/merge.ts'
import { withFormerTestimony } from '../route/testimony.ts'
import type { HostWorld } from '../world.ts'
import { readStatus } from './edge-status.ts'

/** Not queued behind anything: it is how traffic is led back. */
export async function setRoutes(host: HostWorld, command: CommandOf<'setRoutes'>): Promise<RoutesSet> {
  const { awaitHealthyMs, config, project } = command
  const startedAt = host.clock.now()
  await host.router.known()
  host.fences.require(command.fence)
  const before = host.router.places.find((place) => samePlace(place, command))?.routes ?? []
  const routes = withFormerTestimony(command.routes, before)
  const { version, stored } = await host.router.set({ project, config }, routes)
  const tookMs = host.clock.now() - startedAt
  if (awaitHealthyMs === undefined) return { version, stored, tookMs }
  const healthyAfterMs = await untilHealthy(host, { project, config, routes }, awaitHealthyMs)
  return { version, stored, tookMs, healthyAfterMs }
}

/** Between two looks at an edge that tells nothing. */
const lookAgainMs = 1_000

type Told = Place & { readonly routes: readonly Route[] }

/** @throws HoldfastError host.targets_unhealthy */
async function untilHealthy(host: HostWorld, told: Told, withinMs: number): Promise<number> {
  const { clock, closing, router } = host
  const { config, project, routes } = told
  const startedAt = clock.now()
  const endsAt = startedAt + withinMs
  for (;;) {
    const { count } = router.changes
    const status = await readStatus(router)
    const unhealthy = unhealthyTargets({ project, config }, routes, status?.routes ?? [])
    if (unhealthy.length === 0) return clock.now() - startedAt
    if (!router.isCurrent({ project, config }, routes)) throw routesReplaced({ project, config })
    if (closing.aborted) throw agentCloses()
    if (clock.now() >= endsAt) throw targetsUnhealthy(unhealthy, withinMs)
    await router.changes.until(() => router.changes.count !== count, Math.min(endsAt, clock.now() + lookAgainMs))
  }
}

const agentCloses = () =>
  hostError('host.internal', 'The agent closed while targets were becoming healthy', { retryable: true })
