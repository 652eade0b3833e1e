/** Keys for AWS's tools as rows. */
import type { Reader, Transaction } from '../../store/index.ts'

export type AwsKeyRow = {
  readonly id: string
  readonly token_id: string
  readonly sealed_secret: string
  readonly created_at: number
}

type Queries = Pick<Reader, 'prepare'>
const columns = 'id, token_id, sealed_secret, created_at'

export function insertAwsKey(tx: Transaction, { id, token_id, sealed_secret, created_at }: AwsKeyRow): void {
  tx.prepare(`INSERT INTO access_aws_key (${columns}) VALUES (?, ?, ?, ?)`).run(id, token_id, sealed_secret, created_at)
}

export const awsKeyById = (queries: Queries, id: string): AwsKeyRow | undefined =>
  queries.prepare<AwsKeyRow>(`SELECT ${columns} FROM access_aws_key WHERE id = ?`).get(id)

export const awsKeyOfToken = (queries: Queries, tokenId: string): AwsKeyRow | undefined =>
  queries.prepare<AwsKeyRow>(`SELECT ${columns} FROM access_aws_key WHERE token_id = ?`).get(tokenId)

export function deleteAwsKeyOfToken(tx: Transaction, tokenId: string): void {
  tx.prepare('DELETE FROM access_aws_key WHERE token_id = ?').run(tokenId)
}
