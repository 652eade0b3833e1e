/** What reads: a transaction, or the reader of what is committed. */
import type { Reader } from '../store/index.ts'

export type Queries = Pick<Reader, 'prepare'>
