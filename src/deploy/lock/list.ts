import { type Actor, requirePermission } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import type { Lock } from './lease.ts'
import { allLocks, isHeld } from './rows.ts'

/** Those that are held now, of deployments and of people. @throws HoldfastError access.forbidden */
export function listLocks(deploys: Deploys, actor: Actor): readonly Lock[] {
  requirePermission(actor, 'lock.list')
  const now = deploys.clock.now()
  return allLocks(deploys.store.read).filter((lock) => isHeld(lock, now))
}
