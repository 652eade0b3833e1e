import type { Transaction } from '../../store/index.ts'
import type { Live } from './live.ts'
import * as sql from './statements.ts'

/** What an execution that has ended waits for no more. */
export function forgetWaits(tx: Transaction, live: Live): void {
  const { id } = live.row
  if (live.express) return
  if (live.machine.usesTimers) sql.dropTimers(tx, id)
  if (live.machine.usesActivities) sql.dropActivityTasks(tx, id)
  if (live.machine.usesExpressions) sql.dropInboxOf(tx, id)
  if (live.snapshot.size > 0) tx.prepare('DELETE FROM snapshot WHERE execution_id = ?').defer(id)
}
