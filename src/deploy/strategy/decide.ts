/** What the strategy does next, from where it is and what it sees. Pure: the whole of it, to be tried with any world. */
import { formatDuration } from '../../base/index.ts'
import type { HealthVerdict } from '../health/judge.ts'
import type { Step } from './steps.ts'

export type Progress = {
  /** Index of the step that is under way. */
  readonly step: number
  /** Since when its traffic flows; undefined before. */
  readonly shiftedAt: number | undefined
}

export type Sight = {
  readonly now: number
  readonly health: HealthVerdict
  /** Answered by the new version since the step's traffic flows; undefined when nobody asks how many. */
  readonly requests: number | undefined
  /** Why the traffic says that the new version must not go on. */
  readonly objection: string | undefined
}

export type Wish = 'run' | 'pause' | 'halt'

export type Decision =
  /** Give the step under way its traffic. */
  | { readonly kind: 'shift'; readonly step: number }
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'next'; readonly step: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'fail'; readonly what: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'halt' }

/** Health comes before everything but a halt; a pause stops what would go forward, never what goes back. */
export function decide(steps: readonly Step[], progress: Progress, sight: Sight, wish: Wish): Decision {
  if (wish === 'halt') return { kind: 'halt' }
  if (sight.health.kind === 'failed') return { kind: 'fail', what: sight.health.what }
  if (progress.shiftedAt !== undefined && sight.objection !== undefined) return { kind: 'fail', what: sight.objection }
  if (wish === 'pause') return { kind: 'pause' }
  return progress.shiftedAt === undefined
    ? beforeShift(progress, sight)
    : baking(steps, progress.step, progress.shiftedAt, sight)
}

function beforeShift({ step }: Progress, { health }: Sight): Decision {
  return health.kind === 'healthy' ? { kind: 'shift', step } : { kind: 'wait', why: 'until every instance is healthy' }
}

function baking(steps: readonly Step[], step: number, shiftedAt: number, { now, health, requests }: Sight): Decision {
  const bake = steps[step]?.bake ?? { ms: 0, requests: 0 }
  if (now - shiftedAt < bake.ms) return { kind: 'wait', why: `until it has baked for ${formatDuration(bake.ms)}` }
  if (requests !== undefined && requests < bake.requests) {
    return { kind: 'wait', why: `until it has answered ${bake.requests} requests` }
  }
  // An instance that is just missing a reading is not grown upon.
  if (health.kind === 'waiting') return { kind: 'wait', why: 'until every instance is healthy again' }
  return step + 1 < steps.length ? { kind: 'next', step: step + 1 } : { kind: 'done' }
}
