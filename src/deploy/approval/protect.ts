import { z } from 'zod'
import { type Actor, requireStill } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { parseDuration } from '../../base/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnPlace } from '../permission.ts'
import { placeName, placeSchema } from '../place.ts'
import { durationSchema } from '../release/schemas.ts'
import { parseRequest } from '../request.ts'
import { type Protection, protectionOf, writeProtection } from './rows.ts'

export const protectRequestSchema = placeSchema.extend({
  approvals: z.int().min(0).max(10).describe('How many people besides the one who asks have to agree; 0: nobody'),
  within: durationSchema('1m', '7d').default('4h').describe('So long a deployment waits for them'),
})
export type ProtectRequest = z.input<typeof protectRequestSchema>

/**
 * From now on deployments to this place wait until others have agreed to their plan. One that has begun keeps what it needed, or
 * needs more. Rollbacks never wait. @throws HoldfastError access.forbidden, deploy.request_invalid
 */
export async function protectPlace(
  deploys: Deploys,
  actor: Actor,
  request: ProtectRequest,
): Promise<Protection | null> {
  const { approvals, within, ...place } = parseRequest(protectRequestSchema, request)
  requireOnPlace(actor, 'place.protect', place)
  const protection = approvals === 0 ? undefined : { approvals, livesMs: parseDuration(within) }
  return deploys.store.write((tx) => {
    requireStill(deploys, tx, actor, 'place.protect')
    const before = protectionOf(tx, place) ?? null
    const at = deploys.clock.now()
    writeProtection(tx, place, protection, at)
    const subject = { type: 'place', id: placeName(place) }
    appendRecord(tx, { at, actor, action: 'place.protect', subject, change: { before, after: protection ?? null } })
    return protection ?? null
  })
}
