import type { Actor } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { findRelease } from '../release/rows.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import type { Queries } from '../sql.ts'
import type { BegunDeployment } from './deploy.ts'
import { readRelease, requireRelease } from './fleet.ts'
import { pointerOf } from './pointer.ts'
import { requireState, resumeDeployment, type ResumeRequest, resumeRequestSchema } from './resume.ts'
import { type Deployment, requireDeployment } from './rows.ts'
import { beginDeployment, startMachine } from './start.ts'

/**
 * Tries the same signed release again, from the lock on: a new attempt with a history of its own. Of a paused deployment it
 * is the same as `resume`.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.not_retryable,
 * deploy.state_unknown, deploy.locked, deploy.lock_settling
 */
export async function retryDeployment(
  deploys: Deploys,
  actor: Actor,
  request: ResumeRequest,
): Promise<BegunDeployment> {
  const { id, from } = parseRequest(resumeRequestSchema, request)
  const before = requireOnDeployment(deploys.store.read, actor, 'deploy.retry', id)
  if (before.control === 'pause' && before.endedAt === null) {
    await resumeDeployment(deploys, actor, request)
    return { id, releaseId: before.releaseId, executionArn: before.executionArn ?? '' }
  }
  const startFrom = from === undefined ? undefined : requireState(from)
  const begun = await deploys.store.write((tx) => {
    const { releaseId, kind } = requireRetryable(tx, id)
    const release = readRelease(deploys, requireRelease(tx, releaseId))
    return beginDeployment(deploys, tx, { actor, kind, release, releaseId, retryOf: id, startFrom })
  })
  const deployment = requireDeployment(deploys.store.read, begun)
  await startMachine(deploys, deployment, 'forward')
  return { id: begun, releaseId: deployment.releaseId, executionArn: deployment.executionArn ?? '' }
}

/** @throws HoldfastError deploy.deployment_missing, deploy.not_retryable */
export function requireRetryable(queries: Queries, id: string): Deployment {
  const deployment = requireDeployment(queries, id)
  const { status, kind, releaseId } = deployment
  if (status !== 'failed' && status !== 'halted')
    throw notRetryable(id, status === 'succeeded' ? 'it has succeeded' : 'it has not ended')
  if (kind === 'rollback')
    throw notRetryable(id, 'it was a rollback', `holdfast rollback ${deployment.project} ${deployment.config}`)
  const serving = pointerOf(queries, deployment).servingRelease
  if (serving === releaseId) throw notRetryable(id, 'its release serves')
  const newer = serving === null ? undefined : findRelease(queries, serving)
  if (kind === 'deploy' && newer !== undefined && newer.signedAt > (findRelease(queries, releaseId)?.signedAt ?? 0)) {
    throw notRetryable(id, 'a newer release serves', 'sign it anew: holdfast deploy FILE')
  }
  return deployment
}

const notRetryable = (id: string, why: string, repair?: string) =>
  deployError('deploy.not_retryable', `${id} cannot be tried again: ${why}`, {
    place: 'id',
    ...(repair === undefined ? {} : { repair }),
  })
