import type { CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { RoutesSet } from '../outcome.ts'
import { routesReplaced, targetsUnhealthy, unhealthyTargets } from '../route/healthy.ts'
import type { HostWorld } from '../world.ts'
import { readStatus } from './edge-status.ts'

/** Not queued behind anything: it is how traffic is led back. */
export async function setRoutes(host: HostWorld, command: CommandOf<'setRoutes'>): Promise<RoutesSet> {
  const { awaitHealthyMs, config, project, routes } = command
  const startedAt = host.clock.now()
  await host.router.known()
  host.fences.require(command.fence)
  const { version, stored } = await host.router.set({ project, config }, routes)
  const tookMs = host.clock.now() - startedAt
  if (awaitHealthyMs === undefined) return { version, stored, tookMs }
  const healthyAfterMs = await untilHealthy(host, command, awaitHealthyMs)
  return { version, stored, tookMs, healthyAfterMs }
}

/** Between two looks at an edge that tells nothing. */
const lookAgainMs = 1_000

/** @throws HoldfastError host.targets_unhealthy */
async function untilHealthy(host: HostWorld, command: CommandOf<'setRoutes'>, withinMs: number): Promise<number> {
  const { clock, closing, router } = host
  const { config, project, routes } = command
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
