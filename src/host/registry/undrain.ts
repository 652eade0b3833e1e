import { type Actor, requirePermission } from '../../access/index.ts'
import { changeDraining } from './draining.ts'
import type { HostRegistry } from './registry.ts'
import type { HostDescription } from './view.ts'

/** New instances may be put there again. @throws HoldfastError access.forbidden, host.unknown */
export async function undrainHost(registry: HostRegistry, actor: Actor, named: string): Promise<HostDescription> {
  requirePermission(actor, 'host.undrain', { type: 'host', id: named })
  return changeDraining(registry, actor, named, false)
}
