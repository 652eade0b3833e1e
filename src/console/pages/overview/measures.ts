/** How deploying goes, out of the history of deployments: the measures of DORA as far as a deployment knows them. Pure. */
import type { DeploymentSummary } from '../../api/generated.ts'

type Past = Pick<
  DeploymentSummary,
  'project' | 'config' | 'kind' | 'status' | 'createdAt' | 'committedAt' | 'endedAt' | 'evidence'
>

export type Measures = {
  /** Releases that were put in charge in the time; rollbacks not counted. */
  readonly deployed: number
  /** Over the days since the first that is known, at most those asked for. */
  readonly perDay: number
  /** Of the deployments that ended; undefined when none did. */
  readonly successRate: number | undefined
  /** Of the releases that got traffic: how many had to be gone back from, by themselves or by a rollback. */
  readonly changeFailureRate: number | undefined
  readonly medianDeployMs: number | undefined
  /** From the decision to go back until the former version had all of the traffic again. */
  readonly medianRecoveryMs: number | undefined
}

const dayMs = 86_400_000

export function measuresOf(history: readonly Past[], now: number, days = 30): Measures {
  const recent = history.filter(({ createdAt }) => Date.parse(createdAt) >= now - days * dayMs)
  const deploys = recent.filter(({ kind }) => kind === 'deploy')
  const ended = deploys.filter(({ endedAt }) => endedAt !== null)
  const committed = deploys.filter(({ committedAt }) => committedAt !== null)
  // Whoever never got traffic has hurt nobody: the version before went on serving.
  const cameBack = ended.filter(({ committedAt, evidence }) => committedAt === null && evidence?.back !== undefined)
  const rollbacks = recent.filter(({ kind, committedAt }) => kind !== 'deploy' && committedAt !== null)
  const changes = committed.length + cameBack.length
  return {
    deployed: committed.length,
    perDay: committed.length / daysOf(recent, now, days),
    successRate: ratio(ended.filter(({ status }) => status === 'succeeded').length, ended.length),
    changeFailureRate: ratio(Math.min(changes, cameBack.length + rollbacks.length), changes),
    medianDeployMs: median(committed.flatMap((one) => durationOf(one.createdAt, one.committedAt))),
    medianRecoveryMs: median([...rollbacks, ...cameBack].flatMap(recoveryOf)),
  }
}

function daysOf(recent: readonly Past[], now: number, most: number): number {
  const first = Math.min(now, ...recent.map(({ createdAt }) => Date.parse(createdAt)))
  return Math.min(most, Math.max(1, Math.ceil((now - first) / dayMs)))
}

const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole)

function durationOf(from: string, to: string | null): readonly number[] {
  return to === null ? [] : [Date.parse(to) - Date.parse(from)]
}

/** As it was measured; of what was brought up anew, until it was in charge. */
const recoveryOf = ({ evidence, createdAt, committedAt }: Past): readonly number[] =>
  evidence?.back === undefined
    ? durationOf(createdAt, committedAt)
    : durationOf(evidence.back.from, evidence.back.until)

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}
