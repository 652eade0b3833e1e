/** What waits for a person. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { DeploymentSummary, ExecutionSummary } from '../../api/generated.ts'
import { placeOf } from '../deploys/place.ts'
import { executionIdOf, machineNameOf } from '../executions/names.ts'

type Basics = { readonly id: string; readonly tone: Tone; readonly at: string; readonly why: string }
export type Need =
  | (Basics & {
      readonly kind: 'paused' | 'failedDeploy' | 'approval' | 'glass'
      readonly place: string
      readonly state: string
    })
  | (Basics & { readonly kind: 'failedExecution'; readonly machine: string; readonly name: string })

const dayMs = 86_400_000
/** Deployments are executions too; what became of one is told by its own line. */
const isOfDeploying = (machine: string): boolean => machineNameOf(machine).startsWith('deploy-')

/** Paused deployments, places whose last deployment failed, and what failed within a day; the worst first. */
export function needsOf(
  deployments: readonly DeploymentSummary[],
  failed: readonly ExecutionSummary[],
  now: number,
): readonly Need[] {
  const newest = new Map(deployments.toReversed().map((one) => [`${one.project} › ${one.config}`, one]))
  const failures = [...newest].flatMap(([place, one]): readonly Need[] =>
    one.status !== 'failed'
      ? []
      : [
          {
            ...{ kind: 'failedDeploy', id: one.id, tone: 'failed', place, at: one.endedAt ?? one.createdAt },
            state: one.diagnosis?.state ?? one.state,
            why: one.diagnosis?.what ?? '',
          },
        ],
  )
  const approvals = deployments
    .filter(({ status, state, control }) => status === 'running' && state === 'Approve' && control === 'run')
    .map((one): Need => ({
      ...{ kind: 'approval', id: one.id, tone: 'waiting', at: one.createdAt, state: one.state, place: placeOf(one) },
      why: one.requestedBy.name ?? one.requestedBy.id,
    }))
  const unreviewed = deployments
    .filter((one) => one.unreviewed)
    .map((one): Need => ({
      ...{ kind: 'glass', id: one.id, tone: 'halted', at: one.createdAt, state: one.state, place: placeOf(one) },
      why: one.requestedBy.name ?? one.requestedBy.id,
    }))
  const paused = deployments
    .filter(({ status }) => status === 'paused')
    .map((one): Need => ({
      ...{ kind: 'paused', id: one.id, tone: 'waiting', at: one.pausedAt ?? one.createdAt, state: one.state },
      place: `${one.project} › ${one.config}`,
      why: one.controlReason ?? '',
    }))
  const executions = failed
    .filter(({ machine, stoppedAt }) => !isOfDeploying(machine) && now - Date.parse(stoppedAt ?? '') < dayMs)
    .map((one): Need => ({
      ...{ kind: 'failedExecution', id: executionIdOf(one.arn), tone: 'failed', at: one.stoppedAt ?? one.startedAt },
      ...{ machine: machineNameOf(one.machine), name: one.name, why: one.error ?? '' },
    }))
  return [...failures, ...unreviewed, ...approvals, ...paused, ...executions]
}
