import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { openSession, type SessionProof } from './authenticate.ts'
import { endSessionRow } from './rows.ts'

/** From the commit on the session opens nothing. Ending twice is no error and leaves one record. @throws HoldfastError access.forbidden */
export async function endSession(access: Access, actor: Actor, proof: SessionProof): Promise<void> {
  requirePermission(actor, 'session.end')
  const session = openSession(access, proof)
  if (session === undefined) return
  await access.store.write((tx) => {
    const at = access.clock.now()
    if (!endSessionRow(tx, session.id, at)) return
    appendRecord(tx, { at, actor, action: 'session.end', subject: { type: 'session', id: session.id } })
  })
}
