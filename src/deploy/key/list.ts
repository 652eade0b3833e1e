import { type Actor, requirePermission } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { allKeys, countReleases, lastReleaseOf, type ListedKey } from './rows.ts'

/** All keys, revoked ones too, oldest first. @throws HoldfastError access.forbidden */
export function listKeys(deploys: Deploys, actor: Actor): readonly ListedKey[] {
  requirePermission(actor, 'key.list')
  const { read } = deploys.store
  return allKeys(read).map((key) => ({
    ...key,
    releases: countReleases(read, key.id),
    lastRelease: lastReleaseOf(read, key.id) ?? null,
  }))
}
