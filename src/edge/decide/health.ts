/** The health of a target as a state machine: an observation in, the next state out. */
import type { HealthEvidence, HealthPolicy, HealthState, HealthStatus } from '../contract.ts'
import { messageOf, systemCode } from '../errors.ts'

/** What a probe, or a request that could not connect, has shown. */
export type Observation = HealthEvidence & {
  /** The connection was refused: nobody listens there. */
  readonly absent?: boolean
}

/** What a connection that failed has shown. `whose`: of a request, not of a probe. */
export function unreachable(error: Error | undefined, whose = ''): Omit<Observation, 'at'> {
  const detail = `${error === undefined ? 'no connection in time' : messageOf(error)}${whose}`
  return { verdict: 'fail', detail, absent: systemCode(error) === 'ECONNREFUSED' }
}

export function unproven(at: number): HealthStatus {
  return { state: 'unproven', since: at, successes: 0, failures: 0 }
}

/** From the last good routes: it was serving, and nobody knows better yet. */
export function believed(at: number): HealthStatus {
  return { state: 'believed', since: at, successes: 0, failures: 0 }
}

export function observe(
  health: HealthStatus,
  seen: Observation,
  { rise, fall }: Pick<HealthPolicy, 'rise' | 'fall'>,
): HealthStatus {
  const passed = seen.verdict === 'pass'
  const successes = passed ? health.successes + 1 : 0
  const failures = passed ? 0 : health.failures + 1
  const state = nextState(health.state, seen, { enough: successes >= rise, tooMany: failures >= fall })
  const since = state === health.state ? health.since : seen.at
  const { at, verdict, detail } = seen
  return { state, since, successes, failures, evidence: { at, verdict, detail } }
}

function nextState(
  state: HealthState,
  { verdict, absent = false }: Observation,
  { enough, tooMany }: { readonly enough: boolean; readonly tooMany: boolean },
): HealthState {
  switch (verdict) {
    case 'impostor':
      // One wrong name is proof: another process sits on the address.
      return 'impostor'
    case 'pass':
      return enough ? 'healthy' : state
    case 'fail':
      // It was believed to have outlived the edge. Nobody is there, so nothing about it has been proven.
      if (state === 'believed' && absent) return 'unproven'
      return tooMany && (state === 'healthy' || state === 'believed') ? 'unhealthy' : state
  }
}

export type ProbeAnswer = {
  readonly status: number
  /** The release header, absent when the answer has none. */
  readonly release: string | undefined
  readonly tookMs: number
}

/** What an answer to a probe proves. A 200 from nobody in particular proves nothing. */
export function judgeAnswer(
  answer: ProbeAnswer,
  expected: { readonly release: string; readonly attested: boolean; readonly health: HealthPolicy },
): Omit<Observation, 'at'> {
  const { min, max } = expected.health.expectStatus
  const named = expected.health.releaseHeader
  if (answer.release !== undefined && answer.release !== expected.release) {
    const shown = answer.release.slice(0, 100)
    return { verdict: 'impostor', detail: `${named} says "${shown}", expected "${expected.release}"` }
  }
  if (answer.status < min || answer.status > max) {
    return { verdict: 'fail', detail: `status ${answer.status}, expected ${min} to ${max}` }
  }
  if (answer.release === undefined && !expected.attested) {
    return {
      verdict: 'fail',
      detail: `${answer.status}, but neither ${named} nor the host agent says that it comes from "${expected.release}"`,
    }
  }
  const proof = answer.release === undefined ? 'process attested by the host agent' : 'release echoed'
  return { verdict: 'pass', detail: `${answer.status} in ${Math.round(answer.tookMs)} ms, ${proof}` }
}

/** When to ask next. What is booting, or may be an old process about to leave the port, is asked more often. */
export function nextProbeMs(state: HealthState, { intervalMs, bootIntervalMs }: HealthPolicy): number {
  return state === 'unproven' || state === 'impostor' ? Math.min(bootIntervalMs, intervalMs) : intervalMs
}
