/** Probes until it is clear. */
import type { Clock } from '../../base/index.ts'
import type { HealthReport } from '../outcome.ts'
import { pause } from '../pause.ts'
import { count, emptyTally, type Finding, isFinal, type Tally } from './judge.ts'

export type Check = {
  readonly instance: string
  readonly release: string
  readonly successes: number
  readonly intervalMs: number
  readonly withinMs: number
  readonly look: () => Promise<Finding>
  readonly clock: Clock
  /** Aborted when the agent closes. */
  readonly signal: AbortSignal
}

export async function checkUntilClear(check: Check): Promise<HealthReport> {
  const startedAt = check.clock.now()
  const endsAt = startedAt + check.withinMs
  let tally: Tally = emptyTally
  for (;;) {
    tally = count(tally, await check.look())
    const isHealthy = tally.successes >= check.successes
    const next = check.clock.now() + check.intervalMs
    if (isHealthy || isFinal(tally) || next > endsAt || check.signal.aborted) {
      return reportOf(check, tally, isHealthy, check.clock.now() - startedAt)
    }
    await pause(check.clock, next, check.signal)
  }
}

function reportOf({ instance, release }: Check, tally: Tally, healthy: boolean, tookMs: number): HealthReport {
  const { last, probes, successes } = tally
  const base = { instance, release, healthy, successes, probes, final: isFinal(tally), tookMs }
  if (last === undefined) return { ...base, detail: 'Nothing was asked' }
  const { address, detail, listens, proof, reason } = last
  return {
    ...base,
    detail,
    ...(address !== undefined && { address }),
    ...(proof !== undefined && { proof }),
    ...(listens !== undefined && { listens }),
    ...(reason !== undefined && { reason }),
  }
}
