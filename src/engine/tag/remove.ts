import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { plainTags, readTags, removeTags } from './queries.ts'
import { requireTaggable } from './resource.ts'
import { untagRequest } from './schemas.ts'

export type UntagRequest = { readonly arn: string; readonly keys: readonly string[] }

/**
 * Takes tags away; keys that the resource does not have are gone already.
 * `cause` is required of the system.
 * @throws HoldfastError arn.invalid, tag.resource_missing, request.invalid
 */
export async function untagResource(
  registry: Registry,
  actor: Actor,
  request: UntagRequest,
  cause?: Cause,
): Promise<void> {
  requirePermission(actor, 'resource.untag', { type: 'resource', id: request.arn })
  const { arn, keys } = parseRequest(untagRequest, request, { awsNames: { arn: 'resourceArn', keys: 'tagKeys' } })
  await registry.store.write((tx) => {
    const subject = requireTaggable(tx, arn)
    const before = readTags(tx, arn)
    if (!removeTags(tx, arn, keys)) return
    const change = { before: plainTags(before), after: plainTags(readTags(tx, arn)) }
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'resource.untag', subject, change, cause })
  })
}
