import { type Actor, requirePermission } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { allKeys, type Key } from './rows.ts'

/** All keys, revoked ones too, oldest first. @throws HoldfastError access.forbidden */
export function listKeys(deploys: Deploys, actor: Actor): readonly Key[] {
  requirePermission(actor, 'key.list')
  return allKeys(deploys.store.read)
}
