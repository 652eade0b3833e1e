/** How a fleet leaves the routes of an edge: first it takes nothing new, then, when nothing is under way, it is out. Pure. */
import { type Route, routeDefaults } from '../../../edge/index.ts'
import type { EdgeReading } from '../../../host/index.ts'

export type Departure =
  | { readonly kind: 'out' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'push'; readonly routes: readonly Route[]; readonly isOut: boolean }

export type DepartureView = {
  /** What the host was told last. */
  readonly told: readonly Route[]
  readonly reading: EdgeReading
  readonly fleet: string
  /** What is still under way had its time. */
  readonly isLate: boolean
}

export function departure({ told, reading, fleet, isLate }: DepartureView): Departure {
  const own = told.flatMap(({ targets }) => targets.filter(({ release }) => release === fleet))
  if (own.length === 0 && !told.some(({ weights }) => weights.some(({ release }) => release === fleet))) {
    return { kind: 'out' }
  }
  if (isLate || isDrained(reading, fleet)) return { kind: 'push', routes: without(told, fleet), isOut: true }
  if (own.every(({ state }) => state === 'draining')) return { kind: 'wait' }
  return { kind: 'push', routes: told.map((route) => draining(route, fleet)), isOut: false }
}

/** An edge that is away has nothing under way: it would answer. */
function isDrained(reading: EdgeReading, fleet: string): boolean {
  const targets = reading.routes.flatMap((route) => route.targets.filter(({ release }) => release === fleet))
  return targets.every(({ drained }) => drained)
}

const draining = (route: Route, fleet: string): Route => ({
  ...route,
  weights: route.weights.map((share) => (share.release === fleet ? { ...share, weight: 0 } : share)),
  targets: route.targets.map((target) => (target.release === fleet ? { ...target, state: 'draining' } : target)),
})

/** A route that nobody is left in goes with the last. */
function without(told: readonly Route[], fleet: string): readonly Route[] {
  return told
    .map((route) => ({
      ...route,
      weights: route.weights.filter(({ release }) => release !== fleet),
      targets: route.targets.filter(({ release }) => release !== fleet),
    }))
    .filter(({ targets }) => targets.length > 0)
}

/** How long what is under way may take, once its instance takes nothing new. */
export const longestDrainMs = (routes: readonly Route[]): number =>
  Math.max(
    0,
    ...routes.map(({ timeouts }) => {
      const { drainMs, upgradeDrainMs } = { ...routeDefaults.timeouts, ...timeouts }
      return Math.max(drainMs, upgradeDrainMs)
    }),
  )
