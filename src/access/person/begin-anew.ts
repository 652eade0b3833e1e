/** Whoever uses an invitation begins anew: whatever opened anything in their name before, in whosever hands it is, opens nothing. */
import type { Transaction } from '../../store/index.ts'
import { deletePasskeysOf } from '../passkey/rows.ts'
import { endSessionsOf, forgetCodesOf } from '../session/rows.ts'
import { takeBackAt } from '../token/revoke.ts'
import { goodTokensOf } from '../token/rows.ts'
import { replaceRecoveryCodes, setCredentials } from './rows.ts'

/** In the transaction that gives them what is new. */
export function beginAnew(tx: Transaction, personId: string, at: number): void {
  endSessionsOf(tx, personId, at)
  forgetCodesOf(tx, personId)
  takeBackOwnTokens(tx, personId, at)
  setCredentials(tx, personId, { password_hash: null, sealed_totp: null, totp_step: null, joined_at: at })
  replaceRecoveryCodes(tx, personId, [])
  deletePasskeysOf(tx, personId)
  tx.prepare('DELETE FROM access_outside_account WHERE person_id = ?').run(personId)
  // A yes that no command line has come for yet would be a token of theirs.
  tx.prepare('DELETE FROM access_login WHERE person_id = ? AND taken_at IS NULL').run(personId)
}

/** What signs with a token's keys, or was begun with it, is good only as long as the token is. */
function takeBackOwnTokens(tx: Transaction, personId: string, at: number): void {
  const by = { type: 'user', id: personId, via: 'ui' } as const
  for (const { id } of goodTokensOf(tx, personId, at)) takeBackAt(tx, { id, by, at })
}
