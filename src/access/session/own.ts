/** Sessions of one's own: of the person who asks, also those begun with a token of theirs; of a token that is nobody's, those it began. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { sessionMissing } from '../errors.ts'
import { openSession, type SessionProof } from './authenticate.ts'
import { type ListedSession, listed } from './list.ts'
import { endSessionRow, openSessionsOf } from './rows.ts'

const ownerOf = ({ person, id }: Actor): string => person ?? id

/** All that open something, newest first. `proof`: which of them asks. @throws HoldfastError access.forbidden */
export function listOwnSessions(
  access: Access,
  actor: Actor,
  proof: SessionProof | undefined,
): readonly ListedSession[] {
  requirePermission(actor, 'session.own')
  return listed(access, openSessionsOf(access.store.read, ownerOf(actor), access.clock.now()), proof)
}

/** From the commit on it opens nothing. @throws HoldfastError access.forbidden, access.session_missing */
export async function endOwnSession(access: Access, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'session.own')
  await access.store.write((tx) => {
    const isOwn = openSessionsOf(tx, ownerOf(actor), access.clock.now()).some((session) => session.id === id)
    if (!isOwn) throw sessionMissing(id)
    endAs(access, tx, { actor, id })
  })
}

/** All but the one that asks; of a command line, which has none, all. Answers how many. @throws HoldfastError access.forbidden */
export async function endOtherSessions(access: Access, actor: Actor, proof: SessionProof | undefined): Promise<number> {
  requirePermission(actor, 'session.own')
  const current = proof === undefined ? undefined : openSession(access, proof)?.id
  return access.store.write((tx) => {
    const others = openSessionsOf(tx, ownerOf(actor), access.clock.now()).filter(({ id }) => id !== current)
    for (const { id } of others) endAs(access, tx, { actor, id })
    return others.length
  })
}

type Ending = { readonly actor: Actor; readonly id: string }

/** Ending twice is no error and leaves one record. */
export function endAs({ clock }: Access, tx: Transaction, { actor, id }: Ending): void {
  const at = clock.now()
  if (endSessionRow(tx, id, at)) {
    appendRecord(tx, { at, actor, action: 'session.end', subject: { type: 'session', id } })
  }
}
