import { type Actor, requirePermission } from '../../access/index.ts'
import { parseActivityArn } from '../arn.ts'
import type { ActivityDescription } from '../contract.ts'
import { activityMissing } from '../errors.ts'
import type { Queries, Registry } from '../registry.ts'
import { findActivity } from './queries.ts'

/** @throws HoldfastError arn.invalid, activity.missing */
export async function describeActivity(registry: Registry, actor: Actor, arn: string): Promise<ActivityDescription> {
  requirePermission(actor, 'activity.describe', { type: 'activity', id: arn })
  return requireActivity(registry.store.read, arn)
}

/** @throws HoldfastError arn.invalid, activity.missing */
export function requireActivity(queries: Queries, arn: string): ActivityDescription {
  parseActivityArn(arn)
  const found = findActivity(queries, arn)
  if (found === undefined) throw activityMissing(arn)
  return found
}
