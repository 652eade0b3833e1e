import { z } from 'zod'
import { type Actor, requirePermission, requireStill } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { readPublicKey } from '../release/signature.ts'
import { parseRequest } from '../request.ts'
import { findKey, insertKey, type Key } from './rows.ts'

export const newKeySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,79}$/u, '1 to 80 letters, digits, spaces and . _ - @')
    .describe('Whose key it is, for the people who read the list'),
  publicKey: z.string().min(1).max(4000).describe('Ed25519, in PEM'),
})
export type NewKey = z.input<typeof newKeySchema>

/**
 * From the commit on the key may sign releases. Adding it again is no error. A revoked key stays revoked.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.key_invalid, deploy.key_revoked
 */
export async function addKey(deploys: Deploys, actor: Actor, request: NewKey): Promise<Key> {
  requirePermission(actor, 'key.add')
  const { name, publicKey } = parseRequest(newKeySchema, request)
  const { id, pem } = readPublicKey(publicKey)
  return deploys.store.write((tx) => {
    requireStill(deploys, tx, actor, 'key.add')
    const known = findKey(tx, id)
    if (known?.revokedAt === null) return known
    if (known !== undefined)
      throw deployError('deploy.key_revoked', `The key ${id} was revoked`, { place: 'publicKey' })
    const key: Key = { id, name, pem, createdAt: deploys.clock.now(), revokedAt: null }
    insertKey(tx, key)
    const subject = { type: 'key', id }
    appendRecord(tx, { at: key.createdAt, actor, action: 'key.add', subject, change: { name } })
    return key
  })
}
