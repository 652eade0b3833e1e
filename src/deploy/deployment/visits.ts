/** The states a deployment has been in, with their times: the way it took, for whoever watches or looks back. */
import type { Transaction } from '../../store/index.ts'
import type { StateName } from '../machine/states.ts'
import type { Queries } from '../sql.ts'

export type Visit = {
  readonly state: StateName
  /** Index of the strategy's step, in the states that are run once for each. */
  readonly step: number | null
  /** Which of its executions was there: a deployment whose execution was lost gets another. */
  readonly run: number
  readonly enteredAt: number
}

const columns = 'state, step, run, entered_at AS enteredAt'

/** In the order in which they were entered. */
export function visitsOf(queries: Queries, deployment: string): Visit[] {
  const sql = `SELECT ${columns} FROM deploy_visit WHERE deployment = ? ORDER BY position`
  return queries.prepare<Visit>(sql).all(deployment)
}

/** A state that is entered again from itself (a retry, another round of waiting) is one visit. */
export function noteVisit(tx: Transaction, deployment: string, visit: Visit): void {
  const sql = `SELECT position, ${columns} FROM deploy_visit WHERE deployment = ? ORDER BY position DESC LIMIT 1`
  const last = tx.prepare<Visit & { readonly position: number }>(sql).get(deployment)
  const { state, step, run, enteredAt } = visit
  if (last?.state === state && last.step === step && last.run === run) return
  tx.prepare(
    'INSERT INTO deploy_visit (deployment, position, state, step, run, entered_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(deployment, (last?.position ?? 0) + 1, state, step, run, enteredAt)
}
