import { type Actor, requirePermission } from '../../access/index.ts'
import { requireActivity } from '../activity/describe.ts'
import { parseActivityArn } from '../arn.ts'
import type { ActivityTask } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { activityWorkersExceeded } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import { activityTaskRequest } from './schemas.ts'

/** AWS answers an idle poll after a minute. */
const pollMs = 60_000
const pollersPerActivity = 1000

/**
 * The oldest task of an activity; waits up to a minute for one. Undefined when none came.
 * @throws HoldfastError request.invalid, arn.invalid, activity.missing, activity.workers_exceeded
 */
export async function getActivityTask(
  engine: Engine,
  actor: Actor,
  request: { readonly arn: string; readonly workerName?: string },
  signal: AbortSignal,
): Promise<ActivityTask | undefined> {
  requirePermission(actor, 'activity.work', { type: 'activity', id: request.arn })
  const { arn, workerName } = parseRequest(activityTaskRequest, request, { awsNames: { arn: 'activityArn' } })
  parseActivityArn(arn)
  requireActivity(engine.store.read, arn)
  if (engine.pollers.count(arn) >= pollersPerActivity) throw activityWorkersExceeded(arn, pollersPerActivity)
  return engine.pollers.take({ kind: 'poll', activityArn: arn, workerName, signal }, pollMs)
}
