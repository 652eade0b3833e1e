/** The SQL of activities. */
import type { Transaction } from '../../store/index.ts'
import type { ActivityDescription } from '../contract.ts'
import type { Queries } from '../registry.ts'

const columns = 'arn, name, created_at AS createdAt'

export function findActivity(queries: Queries, arn: string): ActivityDescription | undefined {
  return queries.prepare<ActivityDescription>(`SELECT ${columns} FROM activity WHERE arn = ?`).get(arn)
}

/** In the order of their ARNs, which is that of their names. */
export function listActivityRows(queries: Queries, afterArn: string, limit: number): ActivityDescription[] {
  return queries
    .prepare<ActivityDescription>(`SELECT ${columns} FROM activity WHERE arn > ? ORDER BY arn LIMIT ?`)
    .all(afterArn, limit)
}

export function insertActivity(tx: Transaction, { arn, name, createdAt }: ActivityDescription): void {
  tx.prepare('INSERT INTO activity (arn, name, created_at) VALUES (?, ?, ?)').run(arn, name, createdAt)
}

/** @returns whether there was one */
export function removeActivity(tx: Transaction, arn: string): boolean {
  return tx.prepare('DELETE FROM activity WHERE arn = ?').run(arn).changes > 0
}
