import { type Actor, requirePermission } from '../../access/index.ts'
import type { HostRegistry } from './registry.ts'
import { allHosts } from './rows.ts'
import { descriptionOf, type HostDescription } from './view.ts'

/** All that are enrolled and not removed, by name. @throws HoldfastError access.forbidden */
export function listHosts(registry: HostRegistry, actor: Actor): readonly HostDescription[] {
  requirePermission(actor, 'host.list')
  return allHosts(registry.options.store.read).map((row) => descriptionOf(row, registry.agents.get(row.id)))
}
