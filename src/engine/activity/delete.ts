import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { parseActivityArn } from '../arn.ts'
import type { Registry } from '../registry.ts'
import { dropTags } from '../tag/queries.ts'
import { removeActivity } from './queries.ts'

/**
 * Takes an activity away; one that does not exist is deleted already. Tasks scheduled for it before can still be answered,
 * those scheduled later fail.
 * `cause` is required of the system.
 * @throws HoldfastError arn.invalid
 */
export async function deleteActivity(registry: Registry, actor: Actor, arn: string, cause?: Cause): Promise<void> {
  const subject = { type: 'activity', id: arn }
  requirePermission(actor, 'activity.delete', subject)
  parseActivityArn(arn)
  await registry.store.write((tx) => {
    if (!removeActivity(tx, arn)) return
    dropTags(tx, arn)
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'activity.delete', subject, cause })
  })
}
