/** Passkeys of one's own: seeing, naming and removing them. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { passkeyLast, passkeyMissing, signInStale } from '../errors.ts'
import { personById, type Queries } from '../person/rows.ts'
import type { SessionProof } from '../session/authenticate.ts'
import { endAs } from '../session/own.ts'
import { openSessionsOf } from '../session/rows.ts'
import { requireFreshSession, requirePerson } from './own-session.ts'
import { relyingPartyAt } from './relying-party.ts'
import { deletePasskey, passkeyOf, type PasskeyRow, passkeysOf, renamePasskeyRow } from './rows.ts'
import type { Passkey } from './schemas.ts'

/** Oldest first. @throws HoldfastError access.forbidden, access.nobodys_own */
export function listOwnPasskeys(access: Access, actor: Actor): readonly Passkey[] {
  return passkeysOf(access.store.read, requirePerson(actor)).map(passkeyOf)
}

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.passkey_missing */
export async function renameOwnPasskey(access: Access, actor: Actor, id: string, name: string): Promise<Passkey> {
  const personId = requirePerson(actor)
  return access.store.write((tx) => {
    const row = requireOwn(tx, personId, id)
    if (row.name === name) return passkeyOf(row)
    renamePasskeyRow(tx, id, name)
    note(access, tx, { actor, action: 'passkey.rename', personId, change: { passkey: id, name, before: row.name } })
    return passkeyOf({ ...row, name })
  })
}

export type RemovePasskey = {
  readonly id: string
  readonly proof: SessionProof | undefined
  /** Of the page that asks: another passkey counts as a way in where it works there. */
  readonly origin: string | undefined
}

/**
 * From the commit on it opens nothing, and of its owner's sessions the one that asks is left: whoever has it may be in another.
 * @throws HoldfastError access.forbidden, access.nobodys_own, access.sign_in_stale, access.passkey_missing, access.passkey_last
 */
export async function removeOwnPasskey(
  access: Access,
  actor: Actor,
  { id, proof, origin }: RemovePasskey,
): Promise<void> {
  const { sessionId, personId } = requireFreshSession(access, actor, proof)
  const here = relyingPartyAt(origin)?.origin
  await access.store.write((tx) => {
    const row = requireOwn(tx, personId, id)
    const others = passkeysOf(tx, personId).filter((one) => one.id !== id)
    const isOtherGood = others.some((one) => one.origin === here)
    if (!isOtherGood && !hasOtherWay(tx, personId)) throw passkeyLast()
    deletePasskey(tx, id)
    endAllBut(access, tx, { actor, personId, sessionId })
    note(access, tx, { actor, action: 'passkey.remove', personId, change: { passkey: id, name: row.name } })
  })
}

type Ending = { readonly actor: Actor; readonly personId: string; readonly sessionId: string }

/** Those begun by tokens of theirs too. @throws HoldfastError access.sign_in_stale */
function endAllBut(access: Access, tx: Transaction, { actor, personId, sessionId }: Ending): void {
  const open = openSessionsOf(tx, personId, access.clock.now())
  // Two may remove at once, a thief and the owner: the one whose session the other has ended must not end the other's.
  if (!open.some(({ id }) => id === sessionId)) throw signInStale()
  for (const { id } of open) if (id !== sessionId) endAs(access, tx, { actor, id })
}

/** A password with an authenticator, or an account at an identity provider. */
function hasOtherWay(queries: Queries, personId: string): boolean {
  const { password_hash = null, sealed_totp = null } = personById(queries, personId) ?? {}
  if (password_hash !== null && sealed_totp !== null) return true
  const sql = 'SELECT count(*) AS accounts FROM access_outside_account WHERE person_id = ?'
  return Number(queries.prepare<{ accounts: number }>(sql).get(personId)?.accounts ?? 0) > 0
}

function requireOwn(queries: Queries, personId: string, id: string): PasskeyRow {
  const row = passkeysOf(queries, personId).find((one) => one.id === id)
  if (row === undefined) throw passkeyMissing(id)
  return row
}

type Noted = {
  readonly actor: Actor
  readonly action: 'passkey.rename' | 'passkey.remove'
  readonly personId: string
  readonly change: Readonly<Record<string, string>>
}

function note({ clock }: Access, tx: Transaction, { actor, action, personId, change }: Noted): void {
  appendRecord(tx, { at: clock.now(), actor, action, subject: { type: 'person', id: personId }, change })
}
