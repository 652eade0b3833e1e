import type { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import type { Problem } from '../deployer.ts'
import type { Deploys } from '../deploys.ts'
import { makePlan } from '../plan/make.ts'
import { hashOf, type Plan } from '../plan/plan.ts'
import { problemsOf } from '../plan/problems.ts'
import { requireOnPlace } from '../permission.ts'
import { identityOf } from '../release/identity.ts'
import { parseRelease } from '../release/parse.ts'
import { signedReleaseSchema } from '../release/schemas.ts'
import { parseRequest } from '../request.ts'
import { groundOf, requireDeployer } from './fleet.ts'

export const planRequestSchema = signedReleaseSchema.partial({ signature: true })
export type PlanRequest = z.input<typeof planRequestSchema>

export type PlanAnswer = {
  readonly plan: Plan
  /** Give it to `deploy`, and it goes ahead only with this plan. */
  readonly hash: string
  /** What the target would refuse as it is now. */
  readonly problems: readonly Problem[]
}

/**
 * What a deployment of this release would do, without doing any of it. The release need not be signed yet.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.release_invalid, deploy.target_unknown
 */
export async function planDeployment(
  deploys: Deploys,
  actor: Actor,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanAnswer> {
  const { release: document } = parseRequest(planRequestSchema, request)
  const release = parseRelease(deploys.deployers, document)
  requireOnPlace(actor, 'deploy.plan', release)
  const { id, digest, canonical } = identityOf(document, release.createdAt)
  const { project, config, target } = release
  const stored = { id, project, config, target, digest, document: canonical, ...unsigned }
  const asked = { project, config, kind: 'deploy', releaseId: id, release: stored, survey: null } as const
  const first = groundOf(deploys, deploys.store.read, asked)
  const deployer = requireDeployer(deploys, target)
  const ground = { ...first, survey: await deployer.survey(first.incoming, signal) }
  const plan = makePlan(ground)
  return { plan, hash: hashOf(plan), problems: problemsOf(ground, plan) }
}

/** Of a release that is only planned. */
const unsigned = { keyId: '', signature: '', signedAt: 0, acceptedAt: 0 }
