/** Whoever uses an invitation begins anew: whatever opened anything in their name before, in whosever hands it is, opens nothing. */
import type { Transaction } from '../../store/index.ts'
import { deletePasskeysOf } from '../passkey/rows.ts'
import { endSessionsOf } from '../session/rows.ts'
import { replaceRecoveryCodes, setCredentials } from './rows.ts'

/** In the transaction that gives them what is new. */
export function beginAnew(tx: Transaction, personId: string, at: number): void {
  endSessionsOf(tx, personId, at)
  setCredentials(tx, personId, { password_hash: null, sealed_totp: null, totp_step: null, joined_at: at })
  replaceRecoveryCodes(tx, personId, [])
  deletePasskeysOf(tx, personId)
  tx.prepare('DELETE FROM access_outside_account WHERE person_id = ?').run(personId)
}
