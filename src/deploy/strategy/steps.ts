/** A strategy as steps: how many instances run and how much traffic they get. Pure. */
import { parseDuration } from '../../base/index.ts'
import type { Strategy } from './schemas.ts'

/** How many instances run, and how many percent of the service's traffic they get. */
export type Share = { readonly instances: number; readonly weight: number }

export type Bake = { readonly ms: number; readonly requests: number }

/** One step of a whole release: the share of each service, and how long it is watched before the next. */
export type Step = {
  readonly shares: Readonly<Record<string, Share>>
  readonly bake: Bake
}

/** A tenth of the requests is the most that one box may cost. */
const mostForOneBox = 10

/** The shares of one service, growing; the last is everything. */
export function sharesOf(strategy: Strategy, instances: number): readonly Share[] {
  return [...sharesBefore(strategy, instances), { instances, weight: 100 }]
}

function sharesBefore(strategy: Strategy, instances: number): readonly Share[] {
  switch (strategy.kind) {
    case 'all-at-once':
      return []
    case 'one-box':
      return [{ instances: 1, weight: Math.min(mostForOneBox, Math.max(1, Math.floor(100 / instances))) }]
    case 'percentage':
      return strategy.steps.map((weight) => shareOf(weight, instances))
    case 'linear':
      return Array.from({ length: Math.ceil(100 / strategy.by) - 1 }, (_, i) =>
        shareOf((i + 1) * strategy.by, instances),
      )
    default:
      return strategy satisfies never
  }
}

/** As many of the instances as carry their part of the traffic: at least one. */
const shareOf = (weight: number, instances: number): Share => ({
  instances: Math.max(1, Math.ceil((instances * weight) / 100)),
  weight,
})

export type StrategyOfService = { readonly instances: number; readonly strategy?: Strategy | undefined }

/**
 * The steps of a release. Services with fewer steps begin later, so that all of them take everything in the same last step:
 * nothing of the new version is alone in charge of anything before all of it is.
 */
export function stepsOf(strategy: Strategy, services: Readonly<Record<string, StrategyOfService>>): readonly Step[] {
  const own = Object.entries(services).map(([name, service]) => {
    const chosen = service.strategy ?? strategy
    return { name, bake: bakeOf(chosen), shares: sharesOf(chosen, service.instances) }
  })
  const count = Math.max(...own.map(({ shares }) => shares.length))
  return Array.from({ length: count }, (_, index) => stepAt(own, index, count))
}

type OwnSteps = { readonly name: string; readonly bake: Bake; readonly shares: readonly Share[] }

function stepAt(own: readonly OwnSteps[], index: number, count: number): Step {
  const begun = own.filter(({ shares }) => index >= count - shares.length)
  return {
    shares: Object.fromEntries(
      own.map(({ name, shares }) => [name, shares[index - (count - shares.length)] ?? { instances: 0, weight: 0 }]),
    ),
    bake: {
      ms: Math.max(...begun.map(({ bake }) => bake.ms)),
      requests: Math.max(...begun.map(({ bake }) => bake.requests)),
    },
  }
}

const bakeOf = ({ bake }: Strategy): Bake => ({ ms: parseDuration(bake.for), requests: bake.requests })

/** The weights of a step, by service. */
export function weightsAt(step: Step): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(step.shares).map(([name, { weight }]) => [name, weight]))
}

/** Time from the first switch to the end, when every bake lasts no longer than it must. */
export const bakeTimeOf = (steps: readonly Step[]): number => steps.reduce((sum, { bake }) => sum + bake.ms, 0)
