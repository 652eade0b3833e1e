import { type Actor, requirePermission } from '../../access/index.ts'
import type { Tag } from '../contract.ts'
import type { Registry } from '../registry.ts'
import { readTags } from './queries.ts'
import { requireTaggable } from './resource.ts'

/**
 * The tags of a state machine or an activity, by key.
 * @throws HoldfastError arn.invalid, tag.resource_missing
 */
export async function listTags(registry: Registry, actor: Actor, arn: string): Promise<readonly Tag[]> {
  requirePermission(actor, 'resource.listTags', { type: 'resource', id: arn })
  requireTaggable(registry.store.read, arn)
  return readTags(registry.store.read, arn)
}
