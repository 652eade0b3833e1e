/** Whether a fleet is healthy, will be, or will not. Decided from readings; the loop that reads stands in machine/. Pure. */
import type { Obstacle } from '../failure.ts'

/** What the target says of one instance. */
export type InstanceHealth = {
  /** `web/0`. */
  readonly instance: string
  readonly state: 'starting' | 'healthy' | 'unhealthy' | 'gone'
  /** How often it was started again by itself. */
  readonly restarts: number
  /** It is certain that waiting does not help: a crash loop, another release answering, a foreign process on its port. */
  readonly hopeless?: boolean
  /** It is the target that stands in its way, and not the release. */
  readonly obstacle?: Obstacle
  /** What it was given, such as a port, is somebody else's by now: started again it gets another. */
  readonly isMisplaced?: true
  /** For people: what was asked and what came. */
  readonly detail: string
}

/** What is remembered between two readings of an instance. */
export type Watched = {
  /** Whether it is well, as far as is known: one bad reading is none. */
  readonly isWell: boolean
  /** When it ceased to be well, as far back as that counts. Milliseconds since 1970 UTC. */
  readonly lapses: readonly number[]
  /** Readings in a row in which it was not healthy. */
  readonly bad: number
  readonly restarts: number
}
export type Watch = ReadonlyMap<string, Watched>

export type HealthPolicy = {
  /** Readings in a row without health until an instance that was healthy has failed. */
  readonly fall: number
  /** So many bad readings in a row are a lapse of one that was well. */
  readonly lapse: number
  /** So many lapses are flapping, */
  readonly lapses: number
  /** within less than this. */
  readonly lapsesWithinMs: number
  /** So many restarts since the watch began are a crash loop. */
  readonly restarts: number
}
export const healthPolicy: HealthPolicy = { fall: 3, lapse: 2, lapses: 3, lapsesWithinMs: 10 * 60_000, restarts: 3 }

/**
 * The watch with one more reading in it, of now. `wereWell`: whether instances of which nothing is known yet were well before, as those are
 * that have traffic.
 */
export function watched(watch: Watch, reading: readonly InstanceHealth[], now: number, wereWell = false): Watch {
  const before: Watched = { isWell: wereWell, bad: 0, lapses: [], restarts: 0 }
  return new Map(reading.map((one) => [one.instance, watchedOne(watch.get(one.instance) ?? before, one, now)]))
}

function watchedOne(before: Watched, { state, restarts }: InstanceHealth, now: number): Watched {
  const { lapse, lapsesWithinMs } = healthPolicy
  const bad = state === 'healthy' ? 0 : before.bad + 1
  const hasLapsed = before.isWell && bad >= lapse
  const earlier = before.lapses.filter((at) => now - at < lapsesWithinMs)
  return {
    isWell: state === 'healthy' || (before.isWell && !hasLapsed),
    lapses: hasLapsed ? [...earlier, now] : earlier,
    bad,
    restarts,
  }
}

/** What is kept of a watch for the next one, by instance: nothing of those that never lapsed. */
export type Lapsed = Readonly<Record<string, Pick<Watched, 'isWell' | 'lapses'>>>

export const lapsedIn = (watch: Watch): Lapsed =>
  Object.fromEntries(
    [...watch].flatMap(([name, { isWell, lapses }]) => (lapses.length > 0 ? [[name, { isWell, lapses }]] : [])),
  )

/** Goes on from an earlier watch. What counts readings in a row begins anew. */
export const watchAfter = (lapsed: Lapsed): Watch =>
  new Map(Object.entries(lapsed).map(([name, kept]) => [name, { ...kept, bad: 0, restarts: 0 }]))

export type HealthVerdict =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'waiting'; readonly healthy: number; readonly of: number }
  | { readonly kind: 'failed'; readonly what: string; readonly obstacle?: Obstacle }

export type HealthQuestion = {
  /** Every instance that must be there. */
  readonly expected: readonly string[]
  readonly reading: readonly InstanceHealth[]
  readonly watch: Watch
  readonly policy?: HealthPolicy
}

/** While instances come up: they may take their time, as long as there is hope. That the time is over is told by who has the clock. */
export function judgeStart(question: HealthQuestion): HealthVerdict {
  const { expected, reading } = question
  const doomed = reading.find((one) => hopelessness(one, question) !== undefined)
  if (doomed !== undefined) {
    const what = `${doomed.instance}: ${hopelessness(doomed, question)}: ${doomed.detail}`
    return { kind: 'failed', what, ...obstacleOf(doomed) }
  }
  const healthy = expected.filter((name) => isHealthy(reading, name))
  if (healthy.length === expected.length) return { kind: 'healthy' }
  return { kind: 'waiting', healthy: healthy.length, of: expected.length }
}

/** What is waited for, for people: empty when all are healthy. */
export function tellUnhealthy({ expected, reading }: HealthQuestion): string {
  const late = expected.filter((name) => !isHealthy(reading, name))
  return late.map((name) => tell(reading, name)).join('; ')
}

/** While they have traffic: what was healthy must stay so. One bad reading is none. */
export function judgeRunning(question: HealthQuestion): HealthVerdict {
  const { expected, reading, watch, policy = healthPolicy } = question
  for (const name of expected) {
    const one = reading.find(({ instance }) => instance === name)
    const known = watch.get(name)
    const why = one === undefined ? undefined : hopelessness(one, question)
    if (one !== undefined && why !== undefined) {
      return { kind: 'failed', what: `${name}: ${why}: ${one.detail}`, ...obstacleOf(one) }
    }
    if (one === undefined || (known?.bad ?? 0) >= policy.fall) {
      return { kind: 'failed', what: `no longer healthy: ${tell(reading, name)}` }
    }
  }
  const healthy = expected.filter((name) => isHealthy(reading, name))
  return healthy.length === expected.length
    ? { kind: 'healthy' }
    : { kind: 'waiting', healthy: healthy.length, of: expected.length }
}

function hopelessness(one: InstanceHealth, { watch, policy = healthPolicy }: HealthQuestion): string | undefined {
  if (one.hopeless === true) return 'cannot become healthy'
  if (one.restarts >= policy.restarts) return `crashed ${one.restarts} times`
  if (one.state === 'gone') return 'is gone'
  const lapses = watch.get(one.instance)?.lapses.length ?? 0
  return lapses >= policy.lapses ? `flapping, ${lapses} times healthy and not` : undefined
}

const obstacleOf = ({ obstacle }: InstanceHealth) => (obstacle === undefined ? {} : { obstacle })

const isHealthy = (reading: readonly InstanceHealth[], name: string): boolean =>
  reading.some(({ instance, state }) => instance === name && state === 'healthy')

function tell(reading: readonly InstanceHealth[], name: string): string {
  const one = reading.find(({ instance }) => instance === name)
  return one === undefined ? `${name} is not there` : `${name} ${one.state} (${one.detail})`
}

/** How long to wait until the next reading: often at first, then by a tenth of the time that has passed. */
export function pauseUntilNextReading(elapsedMs: number): number {
  return Math.min(1000, Math.max(100, Math.round(elapsedMs / 10)))
}

export const describeWait = ({ healthy, of }: Extract<HealthVerdict, { kind: 'waiting' }>): string =>
  `until every instance is healthy: ${healthy} of ${of} are`
