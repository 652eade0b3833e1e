import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { requireOnPlace } from '../permission.ts'
import { type Place, placeName, placeSchema } from '../place.ts'
import { parseRequest } from '../request.ts'
import { closedBy, freeLock, lockOf } from './rows.ts'

/**
 * Opens what the same person has closed. What is open already stays so.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.locked by somebody else
 */
export async function releaseLock(deploys: Deploys, actor: Actor, request: Place): Promise<void> {
  const place = parseRequest(placeSchema, request)
  requireOnPlace(actor, 'lock.release', place)
  await deploys.store.write((tx) => {
    const now = deploys.clock.now()
    const lock = lockOf(tx, place, 'person')
    if (lock === undefined || lock.owner === null) return
    if (lock.owner !== actor.id && lock.expiresAt > now) throw closedBy(tx, lock, now)
    freeLock(tx, place, 'person', lock.owner)
    appendRecord(tx, { at: now, actor, action: 'lock.release', subject: { type: 'place', id: placeName(place) } })
  })
}

/** @throws HoldfastError deploy.lock_missing */
export const lockMissing = (place: Place) =>
  deployError('deploy.lock_missing', `Nobody has locked ${placeName(place)}`, { place: 'config' })
