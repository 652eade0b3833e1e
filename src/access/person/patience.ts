/** How long a name has to wait after sign-ins that failed. Pure; the same for names of nobody, so that waiting tells nothing. */

/** So many are free: people mistype. */
const freeFailures = 5
const firstWaitMs = 30_000
const longestWaitMs = 15 * 60_000
/** After so long without another one they are forgotten. */
export const forgottenMs = 24 * 3_600_000

export type Failures = { readonly failures: number; readonly last_at: number }

/** Milliseconds until the next attempt is looked at; 0 for now. */
export function waitAfter(past: Failures | undefined, nowMs: number): number {
  const { failures, last_at } = past ?? { failures: 0, last_at: 0 }
  if (failures < freeFailures || nowMs - last_at >= forgottenMs) return 0
  const waitMs = Math.min(firstWaitMs * 2 ** (failures - freeFailures), longestWaitMs)
  return Math.max(last_at + waitMs - nowMs, 0)
}

/** How many there are after one more. */
export const oneMore = (past: Failures | undefined, nowMs: number): number =>
  past === undefined || nowMs - past.last_at >= forgottenMs ? 1 : past.failures + 1
