import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import type { Tag } from '../contract.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { plainTags, putTags, readTags } from './queries.ts'
import { requireTaggable } from './resource.ts'
import { tagRequest } from './schemas.ts'

export type TagRequest = { readonly arn: string; readonly tags: readonly Tag[] }

/**
 * Adds tags to those the resource has; a key that it has already gets the new value.
 * `cause` is required of the system.
 * @throws HoldfastError arn.invalid, tag.resource_missing, tag.too_many, request.invalid
 */
export async function tagResource(registry: Registry, actor: Actor, request: TagRequest, cause?: Cause): Promise<void> {
  requirePermission(actor, 'resource.tag', { type: 'resource', id: request.arn })
  const { arn, tags } = parseRequest(tagRequest, request, { awsNames: { arn: 'resourceArn' } })
  await registry.store.write((tx) => {
    const subject = requireTaggable(tx, arn)
    if (tags.length === 0) return
    const before = readTags(tx, arn)
    putTags(tx, arn, tags)
    const change = { before: plainTags(before), after: plainTags(readTags(tx, arn)) }
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'resource.tag', subject, change, cause })
  })
}
