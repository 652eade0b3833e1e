/**
 * The canary judge: whether the traffic speaks against the new version, compared with the old one beside it. Pure.
 *
 * Failures are yes or no, so they are compared by an exact test with a margin. Latencies of one instance depend on one
 * another, so an instance is one value, and with few instances nothing is claimed. Every look spends its part of the
 * probability of a false alarm, and nothing is an alarm that is too small to matter.
 */
import { alphaOfLook, binomialGreater, fisherGreater, median, rankGreater } from './statistics.ts'
import { countsBetween, type FleetTraffic, type LatencyWindow, type TrafficReading } from './traffic.ts'

export type CanaryPolicy = {
  /** Of a false alarm, per deployment and over all looks. Half of it is for failures, half for latency. */
  readonly alpha: number
  /** A rate of failures that is this much higher is not yet an alarm. */
  readonly margin: number
  /** With fewer failures nothing is said. */
  readonly leastFailures: number
  /** Below this many times the old latency, nothing is said. */
  readonly latencyRatio: number
  readonly latencyFloorMs: number
  /** Instances a side, each with so many windows, before latency is compared at all. */
  readonly leastInstances: number
  readonly leastWindows: number
}

export const canaryPolicy: CanaryPolicy = {
  alpha: 0.02,
  margin: 0.005,
  leastFailures: 5,
  latencyRatio: 1.25,
  latencyFloorMs: 20,
  leastInstances: 4,
  leastWindows: 3,
}

export type CanaryQuestion = {
  /** When the step's traffic began to flow, and now. */
  readonly since: TrafficReading
  readonly now: TrafficReading
  /** How many times it was asked in this deployment, this time included. */
  readonly look: number
  /** The last look of the step: only then is latency judged, for it is judged once. */
  readonly final: boolean
  /** How many steps there are: each has one look at latency. */
  readonly steps: number
  readonly policy?: CanaryPolicy
}

export type CanaryVerdict = { readonly objection: string | undefined; readonly said: readonly string[] }

export function judgeCanary(question: CanaryQuestion): CanaryVerdict {
  const failures = judgeFailures(question)
  const latency = question.final ? judgeLatency(question) : undefined
  return {
    objection: failures.objection ?? latency?.objection,
    said: [failures.said, ...(latency === undefined ? [] : [latency.said])],
  }
}

type Opinion = { readonly objection: string | undefined; readonly said: string }

function judgeFailures({ since, now, look, policy = canaryPolicy }: CanaryQuestion): Opinion {
  const fresh = failuresBetween(since.incoming, now.incoming)
  const old = failuresBetween(since.outgoing, now.outgoing)
  const [freshRate, oldRate] = [rateOf(fresh), rateOf(old)]
  const said = `${fresh.failures} of ${fresh.requests} requests failed on the new version, ${old.failures} of ${old.requests} on the old`
  // Without an old side there is nothing to be worse than.
  const tooFew = old.requests === 0 || fresh.failures < policy.leastFailures || freshRate - oldRate <= policy.margin
  if (tooFew) return { objection: undefined, said }
  const alpha = alphaOfLook(policy.alpha / 2, look)
  // Both must hold: more than the old side by more than chance, and more than the old rate with its margin.
  const chance = Math.max(fisherGreater(fresh, old), binomialGreater(fresh, Math.min(1, oldRate + policy.margin)))
  return { objection: chance <= alpha ? `${said}: more than chance explains` : undefined, said }
}

type Count = { readonly failures: number; readonly requests: number }

function failuresBetween(before: FleetTraffic, after: FleetTraffic): Count {
  const { requests, applicationFailures, deliveryFailures } = countsBetween(before, after)
  return { requests, failures: Math.min(requests, applicationFailures + deliveryFailures) }
}

const rateOf = ({ failures, requests }: Count): number => (requests === 0 ? 0 : failures / requests)

/** Over the steps of a deployment, each of which looks once. */
function judgeLatency({ since, now, steps, policy = canaryPolicy }: CanaryQuestion): Opinion {
  const fresh = perInstance(now.incoming.latency, since.at, policy)
  const old = perInstance(now.outgoing.latency, since.at, policy)
  const [freshMs, oldMs] = [median(fresh), median(old)]
  if (fresh.length < policy.leastInstances || old.length < policy.leastInstances) {
    return { objection: undefined, said: 'latency was not compared: too few instances on a side' }
  }
  const said = `the slowest hundredth took ${freshMs.toFixed(1)} ms on the new version, ${oldMs.toFixed(1)} ms on the old`
  const small = freshMs < oldMs * policy.latencyRatio || freshMs < oldMs + policy.latencyFloorMs
  if (small) return { objection: undefined, said }
  const chance = rankGreater(fresh, old)
  return { objection: chance <= policy.alpha / 2 / steps ? `${said}: more than chance explains` : undefined, said }
}

/** One value for each instance: its windows depend on one another, instances less so. */
function perInstance(windows: readonly LatencyWindow[], since: number, policy: CanaryPolicy): readonly number[] {
  const byInstance = Map.groupBy(
    windows.filter(({ startedAt, count }) => startedAt >= since && count > 0),
    ({ instance }) => instance,
  )
  return [...byInstance.values()]
    .filter((own) => own.length >= policy.leastWindows)
    .map((own) => median(own.map(({ p99Ms }) => p99Ms)))
    .slice(0, 20)
}
