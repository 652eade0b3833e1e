/** How deploying goes, out of the history of deployments: the measures of DORA as far as a deployment knows them. Pure. */
import type { DeploymentSummary } from '../../api/generated.ts'

type Past = Pick<DeploymentSummary, 'project' | 'config' | 'kind' | 'status' | 'createdAt' | 'committedAt' | 'endedAt'>

export type Measures = {
  /** Deployments that were begun in the time, rollbacks not counted. */
  readonly deployed: number
  readonly perDay: number
  /** Of those that ended; undefined when none did. */
  readonly successRate: number | undefined
  /** Of those that were put in charge: how many were rolled back, or failed on the way. */
  readonly changeFailureRate: number | undefined
  readonly medianDeployMs: number | undefined
  /** From the end of a failure, or the begin of a rollback, until a release is in charge again. */
  readonly medianRecoveryMs: number | undefined
}

const dayMs = 86_400_000

export function measuresOf(history: readonly Past[], now: number, days = 30): Measures {
  const since = now - days * dayMs
  const recent = history.filter(({ createdAt }) => Date.parse(createdAt) >= since)
  const deploys = recent.filter(({ kind }) => kind === 'deploy')
  const ended = deploys.filter(({ endedAt }) => endedAt !== null)
  const rollbacks = recent.filter(({ kind, status }) => kind !== 'deploy' && status === 'succeeded')
  const failed = ended.filter(({ status }) => status === 'failed')
  return {
    deployed: deploys.length,
    perDay: deploys.length / days,
    successRate: ratio(ended.filter(({ status }) => status === 'succeeded').length, ended.length),
    changeFailureRate: ratio(Math.min(ended.length, failed.length + rollbacks.length), ended.length),
    medianDeployMs: median(deploys.flatMap((one) => durationOf(one.createdAt, one.committedAt))),
    medianRecoveryMs: median([
      ...rollbacks.flatMap((one) => durationOf(one.createdAt, one.committedAt)),
      ...failed.flatMap((one) => recoveryOf(one, recent)),
    ]),
  }
}

const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole)

function durationOf(from: string, to: string | null): readonly number[] {
  return to === null ? [] : [Date.parse(to) - Date.parse(from)]
}

/** Until the next release is put in charge of the same place. */
function recoveryOf(failed: Past, history: readonly Past[]): readonly number[] {
  const failedAt = Date.parse(failed.endedAt ?? failed.createdAt)
  const after = history
    .filter(({ project, config }) => project === failed.project && config === failed.config)
    .flatMap(({ committedAt }) => (committedAt === null ? [] : [Date.parse(committedAt)]))
    .filter((committed) => committed > failedAt)
  return after.length === 0 ? [] : [Math.min(...after) - failedAt]
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}
