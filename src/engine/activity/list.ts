import { type Actor, requirePermission } from '../../access/index.ts'
import type { ActivityDescription, Page, PageRequest } from '../contract.ts'
import { pageOf, parsePage } from '../page.ts'
import type { Registry } from '../registry.ts'
import { listActivityRows } from './queries.ts'

const list = 'activities'

/**
 * All activities by name.
 * @throws HoldfastError request.invalid, page.cursor_invalid
 */
export async function listActivities(
  registry: Registry,
  actor: Actor,
  request: PageRequest = {},
): Promise<Page<ActivityDescription>> {
  requirePermission(actor, 'activity.list')
  const { limit, afterKey } = parsePage(list, request)
  const found = listActivityRows(registry.store.read, afterKey ?? '', limit + 1)
  return pageOf(list, limit, found, (activity) => activity.arn)
}
