import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { parseDuration } from '../../base/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnPlace } from '../permission.ts'
import { placeName, placeSchema } from '../place.ts'
import { durationSchema } from '../release/schemas.ts'
import { parseRequest } from '../request.ts'
import type { Lock } from './lease.ts'
import { closedBy, lockOf, writeLock } from './rows.ts'

export const lockRequestSchema = placeSchema.extend({
  reason: z.string().min(1).max(500).describe('Why nobody is to deploy; told to whoever tries'),
  for: durationSchema('1m', '30d').default('8h').describe('It opens again by itself after this'),
})
export type LockRequest = z.input<typeof lockRequestSchema>

/**
 * Closes a place against new deployments; one that is under way goes on. Locking again renews it with the new reason.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.locked by somebody else
 */
export async function acquireLock(deploys: Deploys, actor: Actor, request: LockRequest): Promise<Lock> {
  const { reason, for: length, ...place } = parseRequest(lockRequestSchema, request)
  requireOnPlace(actor, 'lock.acquire', place)
  return deploys.store.write((tx) => {
    const now = deploys.clock.now()
    const before = lockOf(tx, place, 'person')
    const isOthers =
      before !== undefined && before.owner !== null && before.owner !== actor.id && before.expiresAt > now
    if (isOthers) throw closedBy(tx, before, now)
    const expiresAt = now + parseDuration(length)
    const lock = { ...place, kind: 'person', owner: actor.id, reason, term: (before?.term ?? 0) + 1 } as const
    writeLock(tx, { ...lock, now, expiresAt })
    const subject = { type: 'place', id: placeName(place) }
    appendRecord(tx, { at: now, actor, action: 'lock.acquire', subject, change: { reason, until: expiresAt } })
    return { ...lock, takenAt: now, expiresAt }
  })
}
