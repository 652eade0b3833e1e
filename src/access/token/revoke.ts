import { appendRecord, type Actor as Author, type Cause } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { tokenMissing } from '../errors.ts'
import { markRevoked, tokenById } from './rows.ts'

/** From the commit on the token opens nothing. Revoking twice is no error and leaves one record. @throws HoldfastError access.forbidden, access.token_missing */
export async function revokeToken(access: Access, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'token.revoke', { type: 'token', id })
  await access.store.write((tx) => takeBack(access, tx, { id, by: actor }))
}

export type Revocation = { readonly id: string; readonly by: Author; readonly cause?: Cause }

/** The end of the token and its record. */
export function takeBack({ clock }: Access, tx: Transaction, revocation: Revocation): void {
  takeBackAt(tx, { ...revocation, at: clock.now() })
}

/** For whoever has the time of the transaction already. */
export function takeBackAt(tx: Transaction, { id, by, cause, at }: Revocation & { readonly at: number }): void {
  const token = tokenById(tx, id)
  if (token === undefined) throw tokenMissing(id)
  if (token.revoked_at !== null) return
  markRevoked(tx, id, at)
  appendRecord(tx, {
    at,
    actor: by,
    action: 'token.revoke',
    subject: { type: 'token', id },
    change: { name: token.name },
    ...(cause === undefined ? {} : { cause }),
  })
}
