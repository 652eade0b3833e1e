import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { activityArn } from '../arn.ts'
import type { ActivityDescription, Tag } from '../contract.ts'
import { requireName } from '../name.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { putTags } from '../tag/queries.ts'
import { findActivity, insertActivity } from './queries.ts'
import { createActivityRequest } from './schemas.ts'

export type CreateActivityRequest = { readonly name: string; readonly tags?: readonly Tag[] }

/**
 * Registers an activity. Asking again for the same name answers what the first call answered; tags do not count.
 * `cause` is required of the system.
 * @throws HoldfastError name.invalid, tag.too_many, request.invalid
 */
export async function createActivity(
  registry: Registry,
  actor: Actor,
  request: CreateActivityRequest,
  cause?: Cause,
): Promise<ActivityDescription> {
  requirePermission(actor, 'activity.create')
  const { name, tags = [] } = parseRequest(createActivityRequest, request)
  requireName(name)
  const arn = activityArn(registry.account, name)
  return registry.store.write((tx) => {
    const existing = findActivity(tx, arn)
    if (existing !== undefined) return existing
    const created = { arn, name, createdAt: registry.clock.now() }
    insertActivity(tx, created)
    putTags(tx, arn, tags)
    const subject = { type: 'activity', id: arn }
    appendRecord(tx, { at: created.createdAt, actor, action: 'activity.create', subject, cause })
    return created
  })
}
