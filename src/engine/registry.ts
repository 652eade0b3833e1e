/** What the verbs on state machines, activities and tags need; the engine is one of these. */
import type { ExpressionChecker } from '../asl/index.ts'
import type { Clock, RandomBytes } from '../base/index.ts'
import type { ReadStatement, Store } from '../store/index.ts'
import type { Account } from './arn.ts'

export type Registry = {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly expressions: ExpressionChecker
  readonly account: Account
  readonly limits: {
    /** UTF-8 bytes of one state machine definition. */
    readonly definitionBytes: number
  }
}

/** What a query reads through: the committed state (`store.read`), or a transaction that sees its own writes. */
export type Queries = {
  prepare<Row extends object>(sql: string): ReadStatement<Row>
}
