import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { changeBetween, type PatchStep, type PlainJson } from '../../audit/index.ts'
import type { Deploys } from '../deploys.ts'
import { diffPlans, type PlanDifference } from '../plan/diff.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import type { Queries } from '../sql.ts'
import { requireRelease } from './fleet.ts'
import { type Deployment } from './rows.ts'

export const compareRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  other: z.string().min(1).max(100).describe('The deployment it is compared with'),
})
export type CompareRequest = z.input<typeof compareRequestSchema>

export type DeploymentSide = Pick<Deployment, 'id' | 'project' | 'config' | 'kind' | 'releaseId' | 'status'>

export type Comparison = {
  readonly from: DeploymentSide
  readonly to: DeploymentSide
  /** What the release files say differently: steps that turn the first into the second. */
  readonly release: readonly PatchStep[]
  /** What was planned differently. Undefined when one of them never came so far as to have a plan. */
  readonly plan: PlanDifference | undefined
}

/**
 * What differs between two deployments: in what was asked for, and in what was planned for it.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing
 */
export function compareDeployments(deploys: Deploys, actor: Actor, request: CompareRequest): Comparison {
  const { id, other } = parseRequest(compareRequestSchema, request)
  const { read } = deploys.store
  const [from, to] = [id, other].map((one) => requireOnDeployment(read, actor, 'deploy.read', one)) as [
    Deployment,
    Deployment,
  ]
  return {
    from: sideOf(from),
    to: sideOf(to),
    release: changeBetween(documentOf(read, from), documentOf(read, to)),
    plan: from.plan === undefined || to.plan === undefined ? undefined : diffPlans(from.plan, to.plan),
  }
}

/** What was accepted is canonical JSON. */
const documentOf = (queries: Queries, { releaseId }: Deployment): PlainJson =>
  JSON.parse(requireRelease(queries, releaseId).document) as PlainJson

const sideOf = ({ id, project, config, kind, releaseId, status }: Deployment): DeploymentSide => ({
  id,
  project,
  config,
  kind,
  releaseId,
  status,
})
