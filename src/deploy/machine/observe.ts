/** Keeping what was seen, for who watches, and waiting until the next look. */
import { isDeepStrictEqual } from 'node:util'
import { noteSample } from '../deployment/samples.ts'
import { isNews, seenTraffic, type Sight } from '../deployment/sight.ts'
import type { TrafficReading } from '../evidence/traffic.ts'
import { type InstanceHealth, lapsedIn, type Watch, watchAfter } from '../health/judge.ts'
import { paused, type Run } from './run.ts'
import { requestsOfStep } from './traffic.ts'

export type Observation = {
  readonly expected: readonly string[]
  readonly reading: readonly InstanceHealth[]
  readonly traffic: TrafficReading | undefined
  readonly elapsedMs: number
}

/** Keeps it if it is news, with what is waited for (undefined leaves that as it is told): one commit for both. */
export async function observe(run: Run, seen: Observation, waitingFor: string | undefined): Promise<void> {
  const sight = sightOf(run, seen)
  const isNewWait = waitingFor !== undefined && run.progress.waitingFor !== waitingFor
  if (!isNewWait && !isNews(run.deployment.sight, sight, seen.elapsedMs)) return
  const { traffic } = seen
  await run.keepSight(sight, isNewWait ? { waitingFor } : {}, (tx) => {
    if (traffic !== undefined) noteSample(tx, run.id, traffic)
  })
}

function sightOf(run: Run, { expected, reading, traffic }: Observation): Sight {
  const { shift } = run.progress.readings
  const healthy = reading.filter(({ instance, state }) => state === 'healthy' && expected.includes(instance)).length
  const since = { at: run.now, instances: reading, healthy, of: expected.length }
  if (traffic === undefined || shift === undefined) return since
  return { ...since, traffic: { ...seenTraffic(shift, traffic), stepRequests: requestsOfStep(run, traffic) } }
}

/** As the visit before has left it. */
export const watchOf = ({ progress }: Run): Watch => watchAfter(progress.lapsed ?? {})

/** For the next visit. */
export async function keepWatch(run: Run, watch: Watch): Promise<void> {
  const lapsed = lapsedIn(watch)
  if (!isDeepStrictEqual(lapsed, run.progress.lapsed ?? {})) await run.remember({ lapsed })
}

/** Waits. A pause ends the wait. */
export async function waitUntilNextLook(run: Run, ms: number): Promise<void> {
  await run.sleep(ms)
  requireNoPause(run)
}

/** @throws Steered Paused */
export function requireNoPause(run: Run): void {
  if (run.wish() === 'pause') throw paused(run.deployment)
}
