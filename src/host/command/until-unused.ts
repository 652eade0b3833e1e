/** What makes a switch lossless: nobody is told to end while the edge sends it requests, or has some under way on it. */
import type { CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { InstanceRecord } from '../instance/record.ts'
import { isUnderWay } from '../route/drains.ts'
import { isServing, samePlace } from '../route/merge.ts'
import type { HostWorld } from '../world.ts'
import { readStatus } from './edge-status.ts'

/** Between two looks at an edge that tells nothing. */
const lookAgainMs = 1_000
/** An edge that cannot be reached may go on serving: it is found again, or launched, within a second. */
const awayMs = 3_000

/**
 * The edge cuts by itself what its route's drain time does not end, so this ends too.
 * @returns how long it took; undefined when there was nothing to wait for
 * @throws HoldfastError host.instance_serving, host.term_over
 */
export async function untilUnused(
  host: HostWorld,
  record: InstanceRecord,
  { force, fence }: Pick<CommandOf<'stopInstance'>, 'force' | 'fence'>,
): Promise<number | undefined> {
  const { clock, closing, log, router } = host
  const { instance, release } = record.spec
  const isIdle = record.port === undefined || record.stop !== undefined || record.stoppedAt !== undefined
  if (force || isIdle) return undefined
  refuseServing(host, record)
  const startedAt = clock.now()
  const endsAt = startedAt + router.longestDrainMs
  const isAway = (): boolean => router.facts.state === 'away' && clock.now() < startedAt + awayMs
  for (let looks = 0; ; looks++) {
    const { count } = router.changes
    const status = await readStatus(router)
    host.fences.require(fence)
    refuseServing(host, record)
    const isDraining = isUnderWay({ target: instance, release }, router.drains, status?.routes ?? [])
    const isUsed = isDraining || router.isPending(record.spec) || isAway()
    if (!isUsed || closing.aborted) return looks === 0 ? undefined : clock.now() - startedAt
    if (clock.now() >= endsAt) {
      log.warn('an instance is stopped though the edge has not said that it is drained', { instance })
      return clock.now() - startedAt
    }
    await router.changes.until(() => router.changes.count !== count, Math.min(endsAt, clock.now() + lookAgainMs))
  }
}

function refuseServing({ router }: HostWorld, { spec }: InstanceRecord): void {
  const { instance, release } = spec
  for (const place of router.places.filter((each) => samePlace(each, spec))) {
    for (const route of place.routes) {
      const target = route.targets.find((each) => each.id === instance && each.release === release)
      if (target !== undefined && isServing(route, target)) throw instanceServing(instance, route.id)
    }
  }
}

const instanceServing = (instance: string, route: string) =>
  hostError('host.instance_serving', `${instance} still gets traffic by the route ${route}`, {
    place: 'instance',
    accepted: 'an instance that is no active target, or whose release has the weight 0',
    repair: 'shift its traffic away first (setRoutes), or stop it with "force" and lose what it answers',
  })
