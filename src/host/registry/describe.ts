import { type Actor, requirePermission } from '../../access/index.ts'
import type { HostRegistry } from './registry.ts'
import { descriptionOf, type HostDescription } from './view.ts'

/** By id or name. @throws HoldfastError access.forbidden, host.unknown */
export function describeHost(registry: HostRegistry, actor: Actor, named: string): HostDescription {
  requirePermission(actor, 'host.describe', { type: 'host', id: named })
  const row = registry.find(named)
  return descriptionOf(row, registry.agents.get(row.id))
}
