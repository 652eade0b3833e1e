import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { sessionMissing } from '../errors.ts'
import { openSession, type SessionProof } from './authenticate.ts'
import { endSessionRow, openSessions } from './rows.ts'

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

async function end({ store, clock }: Access, actor: Actor, id: string): Promise<void> {
  await store.write((tx) => {
    const at = clock.now()
    if (!endSessionRow(tx, id, at)) return
    appendRecord(tx, { at, actor, action: 'session.end', subject: { type: 'session', id } })
  })
}
