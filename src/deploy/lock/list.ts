import type { Actor } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { seenBy } from '../permission.ts'
import type { Lock } from './lease.ts'
import { allLocks, isHeld, withOwnerName } from './rows.ts'

/** Those that are held now, of deployments and of people. @throws HoldfastError access.forbidden */
export function listLocks(deploys: Deploys, actor: Actor): readonly Lock[] {
  const isSeen = seenBy(actor, 'lock.list')
  const now = deploys.clock.now()
  const { read } = deploys.store
  return allLocks(read).flatMap((lock) => (isHeld(lock, now) && isSeen(lock) ? [withOwnerName(read, lock)] : []))
}
