import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { findKey, markRevoked } from './rows.ts'

/**
 * From the commit on nothing that it signed is accepted; what was accepted stays, and can still be rolled back to. Revoking
 * twice is no error and leaves one record. @throws HoldfastError access.forbidden, deploy.key_missing
 */
export async function revokeKey(deploys: Deploys, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'key.revoke', { type: 'key', id })
  await deploys.store.write((tx) => {
    const key = findKey(tx, id)
    if (key === undefined) throw deployError('deploy.key_missing', `There is no key ${id}`, { place: 'id' })
    if (key.revokedAt !== null) return
    const at = deploys.clock.now()
    markRevoked(tx, id, at)
    appendRecord(tx, { at, actor, action: 'key.revoke', subject: { type: 'key', id }, change: { name: key.name } })
  })
}
