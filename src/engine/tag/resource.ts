/** Which things carry tags: machines as a whole (no version, alias or label) and activities, as long as they exist. */
import type { Subject } from '../../audit/index.ts'
import { findActivity } from '../activity/queries.ts'
import { parseTaggableArn } from '../arn.ts'
import { taggedResourceMissing } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import type { Queries } from '../registry.ts'

/**
 * What the trail calls the thing.
 * @throws HoldfastError arn.invalid, tag.resource_missing
 */
export function requireTaggable(queries: Queries, arn: string): Subject {
  const { kind } = parseTaggableArn(arn)
  const found = kind === 'activity' ? findActivity(queries, arn) : findMachine(queries, arn)
  if (found === undefined) throw taggedResourceMissing(arn)
  return { type: kind === 'activity' ? 'activity' : 'machine', id: arn }
}
