import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { sessionMissing } from '../errors.ts'
import { openSession, type SessionProof } from './authenticate.ts'
import { endAs } from './own.ts'
import { openSessions } from './rows.ts'

/** From the commit on the session opens nothing. Ending twice is no error and leaves one record. @throws HoldfastError access.forbidden */
export async function endSession(access: Access, actor: Actor, proof: SessionProof): Promise<void> {
  requirePermission(actor, 'session.end')
  const session = openSession(access, proof)
  if (session !== undefined) await end(access, actor, session.id)
}

/** Signs out wherever it is used: another browser, a lost laptop. @throws HoldfastError access.forbidden, access.session_missing */
export async function revokeSession(access: Access, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'session.revoke', { type: 'session', id })
  const session = openSessions(access.store.read, access.clock.now()).find((one) => one.id === id)
  if (session === undefined) throw sessionMissing(id)
  await end(access, actor, id)
}

const end = (access: Access, actor: Actor, id: string): Promise<void> =>
  access.store.write((tx) => endAs(access, tx, { actor, id }))
