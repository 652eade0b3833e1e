import { type Actor, requirePermission } from '../../access/index.ts'
import { changeDraining } from './draining.ts'
import type { HostRegistry } from './registry.ts'
import type { HostDescription } from './view.ts'

/**
 * No new instances are put there; those that run go on until their release is replaced. Draining twice is no error and
 * leaves one record. @throws HoldfastError access.forbidden, host.unknown
 */
export async function drainHost(registry: HostRegistry, actor: Actor, named: string): Promise<HostDescription> {
  requirePermission(actor, 'host.drain', { type: 'host', id: named })
  return changeDraining(registry, actor, named, true)
}
