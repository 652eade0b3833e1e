/** The intent log: each mutating call, written before it is made. */
import type { PlainJson } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { noteChange } from '../deployment/changes.ts'
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
  readonly intendedAt: number
  /** When it answered, whatever it answered. */
  readonly settledAt: number | null
  readonly undoneAt: number | null
}

type Row = Omit<Intent, 'act' | 'outcome'> & { readonly planned: string; readonly outcome: string | null }

const columns = `position, deployment, fleet, call_id AS callId, stage, wave, planned, undoes, choice, status, outcome,
  failure, intended_at AS intendedAt, settled_at AS settledAt, undone_at AS undoneAt`

export type NewIntent = Pick<Intent, 'deployment' | 'fleet' | 'callId' | 'stage' | 'wave' | 'act' | 'undoes'>

export function insertIntent(tx: Transaction, made: NewIntent, now: number): void {
  noteChange(tx, made.deployment)
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

/** Its row, and whose it is. */
export type OneIntent = Pick<Intent, 'position' | 'deployment'>

export type Settling = {
  readonly status: IntentStatus
  readonly outcome?: PlainJson
  readonly failure?: string
  readonly now: number
}

export function settleIntent(tx: Transaction, intent: OneIntent, settling: Settling): void {
  const { status, outcome, failure = null, now } = settling
  noteChange(tx, intent.deployment)
  if (status === 'undone') {
    const sql = `UPDATE deploy_intent SET status = 'undone', undone_at = ? WHERE position = ?`
    tx.prepare(sql).run(now, intent.position)
    return
  }
  const told = outcome === undefined ? null : JSON.stringify(outcome)
  tx.prepare(
    `UPDATE deploy_intent SET status = ?, outcome = coalesce(?, outcome), failure = ?, settled_at = ? WHERE position = ?`,
  ).run(status, told, failure, now, intent.position)
}

/** The next of the planned alternatives. */
export function chooseNext(tx: Transaction, { position, deployment }: OneIntent): void {
  noteChange(tx, deployment)
  tx.prepare(`UPDATE deploy_intent SET choice = choice + 1, status = 'intended' WHERE position = ?`).run(position)
}

/** The first of the planned places once more, under another key: beyond the alternatives the choices are tries. */
export function chooseAgain(tx: Transaction, { position, deployment, choice }: Intent, alternatives: number): void {
  noteChange(tx, deployment)
  const sql = `UPDATE deploy_intent SET choice = ?, status = 'intended' WHERE position = ?`
  tx.prepare(sql).run(Math.max(choice, alternatives) + 1, position)
}

/** The columns hold what this file wrote. */
function intentOf({ planned, outcome, ...row }: Row): Intent {
  return {
    ...row,
    act: JSON.parse(planned) as Act,
    outcome: outcome === null ? undefined : (JSON.parse(outcome) as PlainJson),
  }
}
