/** The SQL of tags. */
import type { Transaction } from '../../store/index.ts'
import type { Tag } from '../contract.ts'
import { tooManyTags } from '../errors.ts'
import type { Queries } from '../registry.ts'
import { maxTags } from './schemas.ts'

/** In the order of their keys. */
export function readTags(queries: Queries, arn: string): Tag[] {
  return queries.prepare<Tag>('SELECT key, value FROM tag WHERE arn = ? ORDER BY key').all(arn)
}

/** As the trail tells of them: one name, one value. */
export function plainTags(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]))
}

/** Adds or replaces; the last of equal keys holds. @throws HoldfastError tag.too_many */
export function putTags(tx: Transaction, arn: string, tags: readonly Tag[]): void {
  const put = tx.prepare(
    'INSERT INTO tag (arn, key, value) VALUES (?, ?, ?) ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value',
  )
  for (const { key, value } of tags) put.run(arn, key, value)
  if (readTags(tx, arn).length > maxTags) throw tooManyTags(arn, maxTags)
}

/** @returns whether there was one to remove */
export function removeTags(tx: Transaction, arn: string, keys: readonly string[]): boolean {
  const remove = tx.prepare('DELETE FROM tag WHERE arn = ? AND key = ?')
  return keys.reduce((removed, key) => removed + remove.run(arn, key).changes, 0) > 0
}

export function dropTags(tx: Transaction, arn: string): void {
  tx.prepare('DELETE FROM tag WHERE arn = ?').run(arn)
}
