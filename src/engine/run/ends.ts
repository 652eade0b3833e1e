/** What has ended in one transaction, written together at its end: many updates of one kind are one way to a server. */
import type { Transaction } from '../../store/index.ts'
import { finishDeletion } from '../machine/queries.ts'
import { type ClosingRow, closeExecution } from './statements.ts'

export class Ends {
  readonly #rows = new Map<number, ClosingRow>()
  readonly #machines = new Set<number>()

  /** `machineId`: undefined for one that its machine does not wait for. */
  add(executionId: number, row: ClosingRow, machineId: number | undefined): void {
    this.#rows.set(executionId, row)
    if (machineId !== undefined) this.#machines.add(machineId)
  }

  /** `deletes`: machines that waited for their last execution go with it. */
  write(tx: Transaction, deletes: boolean): void {
    for (const [id, row] of this.#rows) closeExecution(tx, id, row)
    if (deletes) for (const id of this.#machines) finishDeletion(tx, id)
  }
}
