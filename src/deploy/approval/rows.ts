/** Protections and votes as rows. */
import { type Hands, handsOf } from '../../access/index.ts'
import type { Actor } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Place } from '../place.ts'
import type { Queries } from '../sql.ts'
import type { Vote } from './judge.ts'

export type Protection = {
  /** How many people besides the one who asks. */
  readonly approvals: number
  /** Milliseconds that a request waits for them. */
  readonly livesMs: number
}

/** Undefined where nobody else is asked. */
export function protectionOf(queries: Queries, { project, config }: Place): Protection | undefined {
  const row = queries
    .prepare<{ approvals: number; livesMs: number }>(
      'SELECT approvals, lives_ms AS livesMs FROM deploy_protection WHERE project = ? AND config = ?',
    )
    .get(project, config)
  return row === undefined ? undefined : { approvals: Number(row.approvals), livesMs: Number(row.livesMs) }
}

/** Undefined takes it away. */
export function writeProtection(
  tx: Transaction,
  { project, config }: Place,
  protection: Protection | undefined,
  now: number,
): void {
  tx.prepare('DELETE FROM deploy_protection WHERE project = ? AND config = ?').run(project, config)
  if (protection === undefined) return
  tx.prepare(
    'INSERT INTO deploy_protection (project, config, approvals, lives_ms, changed_at) VALUES (?, ?, ?, ?, ?)',
  ).run(project, config, protection.approvals, protection.livesMs, now)
}

export type StoredVote = Vote & { readonly votedBy: Actor; readonly reason: string | null }

type Row = Omit<Vote, 'hands'> & {
  readonly votedBy: string
  readonly reason: string | null
  readonly hands: string | null
}

/** Oldest first. */
export function votesFor(queries: Queries, deployment: string): readonly StoredVote[] {
  return queries
    .prepare<Row>(
      `SELECT person, verdict, plan_hash AS planHash, voted_by AS votedBy, reason, voted_at AS votedAt, hands
        FROM deploy_vote WHERE deployment = ? ORDER BY voted_at, person`,
    )
    .all(deployment)
    .map((row) => {
      const [votedAt, votedBy] = [Number(row.votedAt), JSON.parse(row.votedBy) as Actor]
      // A vote that is older than the column is in those hands that its giver is in now.
      const hands = row.hands === null ? handsOf(queries, votedBy, votedAt) : (JSON.parse(row.hands) as Hands)
      return { ...row, votedAt, votedBy, hands }
    })
}

/** In place of what the same person said before. */
export function writeVote(tx: Transaction, deployment: string, vote: StoredVote): void {
  const { person, verdict, planHash, votedBy, reason, votedAt, hands } = vote
  tx.prepare('DELETE FROM deploy_vote WHERE deployment = ? AND person = ?').run(deployment, person)
  tx.prepare(
    `INSERT INTO deploy_vote (deployment, person, verdict, plan_hash, voted_by, reason, voted_at, hands)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(deployment, person, verdict, planHash, JSON.stringify(votedBy), reason, votedAt, JSON.stringify(hands))
}
