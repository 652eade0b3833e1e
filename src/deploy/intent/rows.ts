/** The intent log: each mutating call, written before it is made. */
import type { PlainJson } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Act } from '../plan/plan.ts'
import type { Queries } from '../sql.ts'

/**
 * - `intended`: it may have been made, or not
 * - `done`: it answered
 * - `failed`: it answered that it failed; something may have been left half done
 * - `undone`: it has been taken back
 */
export type IntentStatus = 'intended' | 'done' | 'failed' | 'undone'

export type Intent = {
  readonly position: number
  readonly deployment: string
  readonly fleet: string
  readonly callId: string
  readonly stage: string
  readonly wave: number
  readonly act: Act
  /** Position of the intent that this one takes back. */
  readonly undoes: number | null
  readonly choice: number
  readonly status: IntentStatus
  readonly outcome: PlainJson | undefined
  readonly failure: string | null
}

type Row = Omit<Intent, 'act' | 'outcome'> & { readonly planned: string; readonly outcome: string | null }

const columns = `position, deployment, fleet, call_id AS callId, stage, wave, planned, undoes, choice, status, outcome,
  failure`

export type NewIntent = Pick<Intent, 'deployment' | 'fleet' | 'callId' | 'stage' | 'wave' | 'act' | 'undoes'>

export function insertIntent(tx: Transaction, made: NewIntent, now: number): void {
  tx.prepare(
    `INSERT INTO deploy_intent (deployment, fleet, call_id, stage, wave, planned, undoes, choice, status, intended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'intended', ?)`,
  ).run(made.deployment, made.fleet, made.callId, made.stage, made.wave, JSON.stringify(made.act), made.undoes, now)
}

export function findIntent(queries: Queries, deployment: string, callId: string): Intent | undefined {
  const sql = `SELECT ${columns} FROM deploy_intent WHERE deployment = ? AND call_id = ?`
  const row = queries.prepare<Row>(sql).get(deployment, callId)
  return row === undefined ? undefined : intentOf(row)
}

/** In the order in which they were intended. */
export function intentsOfDeployment(queries: Queries, deployment: string): Intent[] {
  const sql = `SELECT ${columns} FROM deploy_intent WHERE deployment = ? ORDER BY position`
  return queries.prepare<Row>(sql).all(deployment).map(intentOf)
}

/** Everything that was ever made for a fleet or taken from it, by whichever deployment. */
export function intentsOfFleet(queries: Queries, fleet: string): Intent[] {
  const sql = `SELECT ${columns} FROM deploy_intent WHERE fleet = ? ORDER BY position`
  return queries.prepare<Row>(sql).all(fleet).map(intentOf)
}

export type Settling = {
  readonly status: IntentStatus
  readonly outcome?: PlainJson
  readonly failure?: string
  readonly now: number
}

export function settleIntent(tx: Transaction, position: number, { status, outcome, failure, now }: Settling): void {
  tx.prepare(
    `UPDATE deploy_intent SET status = ?, outcome = coalesce(?, outcome), failure = ?, settled_at = ? WHERE position = ?`,
  ).run(status, outcome === undefined ? null : JSON.stringify(outcome), failure ?? null, now, position)
}

/** The next of the planned alternatives. */
export function chooseNext(tx: Transaction, position: number): void {
  tx.prepare(`UPDATE deploy_intent SET choice = choice + 1, status = 'intended' WHERE position = ?`).run(position)
}

/** The columns hold what this file wrote. */
function intentOf({ planned, outcome, ...row }: Row): Intent {
  return {
    ...row,
    act: JSON.parse(planned) as Act,
    outcome: outcome === null ? undefined : (JSON.parse(outcome) as PlainJson),
  }
}
