/** Which targets may be used at all, and which of them takes a request. */
import type { HealthState, ReleaseWeight, TargetState } from '../contract.ts'

export type Candidate = {
  readonly id: string
  readonly release: string
  readonly state: TargetState
  readonly health: HealthState
  /** Taken out by an urgent drain. */
  readonly withheld: boolean
}

export type Pool<T> = {
  /** Releases that have a usable target, with their weights. */
  readonly shares: readonly ReleaseWeight[]
  readonly targets: ReadonlyMap<string, readonly T[]>
  readonly panic: boolean
  readonly healthy: number
  readonly of: number
}

/** Whether the routes mean this target to take new requests. */
export function serves(
  target: Pick<Candidate, 'release' | 'state' | 'withheld'>,
  weights: readonly ReleaseWeight[],
): boolean {
  if (target.state !== 'active' || target.withheld) return false
  return weights.some(({ release, weight }) => release === target.release && weight > 0)
}

/**
 * Healthy targets that serve. If they are fewer than `panicThreshold` of all that serve and were ever proven, probes are
 * trusted less than numbers: all proven ones are used, for the few left would fall under the load of all. An unproven target
 * or an impostor is never used. The share of a release without a usable target goes to the others.
 */
export function decidePool<T extends Candidate>(
  candidates: readonly T[],
  weights: readonly ReleaseWeight[],
  panicThreshold: number,
): Pool<T> {
  const proven = candidates.filter((target) => serves(target, weights) && wasProven(target.health))
  const healthy = proven.filter(({ health }) => health !== 'unhealthy')
  const panic = healthy.length < proven.length * panicThreshold
  const targets = Map.groupBy(panic ? proven : healthy, ({ release }) => release)
  const shares = weights.filter(({ release, weight }) => weight > 0 && targets.has(release))
  return { shares, targets, panic, healthy: healthy.length, of: proven.length }
}

function wasProven(health: HealthState): boolean {
  switch (health) {
    case 'believed':
    case 'healthy':
    case 'unhealthy':
      return true
    case 'unproven':
    case 'impostor':
      return false
  }
}

export type Load = { readonly inFlight: number; readonly lastTurn: number }

/** The one with the fewest requests under way; of equals the one whose last turn is longest ago. */
export function leastBusy<T extends Load>(targets: readonly T[]): T | undefined {
  let best: T | undefined
  for (const target of targets) {
    if (best === undefined || target.inFlight < best.inFlight) best = target
    else if (target.inFlight === best.inFlight && target.lastTurn < best.lastTurn) best = target
  }
  return best
}
