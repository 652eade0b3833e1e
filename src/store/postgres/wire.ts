/** What is said between the store and the worker that holds its connections. All of it can be cloned. */
import type { SqlValue } from '../contract.ts'
import type { InsertShape, UpdateShape } from './dialect.ts'

/** `none`: done, and nobody wants to know more. `count`: how many rows, and the key of the last one inserted. */
export type Wanted = 'none' | 'count' | 'rows'

export type Step =
  | {
      readonly kind: 'statement'
      readonly sql: string
      readonly parameters: readonly SqlValue[]
      readonly wants: Wanted
    }
  /** Many rows of one insert: the values of all rows, one row after the other. */
  | { readonly kind: 'inserts'; readonly sql: string; readonly shape: InsertShape; readonly values: SqlValue[] }
  /** Many rows of one update, likewise; each of another key. */
  | { readonly kind: 'updates'; readonly sql: string; readonly shape: UpdateShape; readonly values: SqlValue[] }

export type Rows = { readonly names: readonly string[]; readonly rows: readonly (readonly SqlValue[])[] }

/** Of the last step; `earlier`: rows of those before it that wanted them, in their order. */
export type Answer = { readonly changes: number; readonly key: number; readonly earlier: readonly Rows[] } & Rows

export type Settings = {
  readonly url: string
  readonly connectMs: number
  /** After which what has no answer is given up, and its connection with it, unless the request says otherwise. */
  readonly answerMs: number
  /** After which the server gives up a transaction in which nothing is asked. */
  readonly stalledMs: number
}

type Within = { readonly withinMs?: number }

/** On which transactions are written. `aside` is connected when it is first needed. */
export type WriteLane = 'write' | 'aside'

/** `write` and `read` are there from the beginning to the end; a cursor has a connection as long as it is open. */
export type Lane = WriteLane | 'read' | number

export type Request =
  /** Connects both lanes, and says what stands at the other end. */
  | { readonly kind: 'open' }
  /** Makes sure that the lane is connected before it runs the steps. */
  | ({ readonly kind: 'begin'; readonly lane: WriteLane; readonly steps: readonly Step[] } & Within)
  | ({ readonly kind: 'run'; readonly lane: Lane; readonly steps: readonly Step[] } & Within)
  /** Commits; `transaction` is the number by which its fate is asked for when the answer is lost. */
  | ({
      readonly kind: 'commit'
      readonly lane: WriteLane
      readonly steps: readonly Step[]
      readonly transaction: string
    } & Within)
  /**
   * A whole transaction, after those that were asked for before it: committed if all that it assumes is so. Its number lies in
   * `slot` of WorkerData.transactions before anything can be committed.
   */
  | ({
      readonly kind: 'whole'
      readonly assumptions: readonly Assumption[]
      readonly steps: readonly Step[]
      readonly slot: number
    } & Within)
  /** Whether a commit whose answer is lost was carried out: answered if it was, else it fails. */
  | { readonly kind: 'fate'; readonly transaction: string }
  | { readonly kind: 'keys'; readonly table: string; readonly count: number }
  | {
      readonly kind: 'openCursor'
      readonly cursor: number
      readonly sql: string
      readonly parameters: readonly SqlValue[]
    }
  | { readonly kind: 'fetch'; readonly cursor: number; readonly count: number }
  | { readonly kind: 'closeCursor'; readonly cursor: number }
  /** To all processes on the database. Answered at once. */
  | { readonly kind: 'signal'; readonly text: string }
  | { readonly kind: 'close' }

/** That a question is answered by one row with these values, in the order of its columns. */
export type Assumption = {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
  readonly values: readonly SqlValue[]
}

export type Failure = {
  /** SQLSTATE, or the code of a system error; undefined when neither is known. */
  readonly code: string | undefined
  readonly message: string
  readonly detail?: string
  readonly table?: string
  /** The connection is gone, and what it was doing with it. */
  readonly lost: boolean
  /** A commit of which nobody can say whether it was carried out. */
  readonly unknown?: boolean
  /** Index of the step that failed. */
  readonly step: number
}

export type Keys = { readonly column: string; readonly keys: readonly number[] }

export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'keys'; readonly keys: Keys }
  /** It was not committed, for this of what it assumed is not so. */
  | { readonly kind: 'untrue'; readonly assumption: number }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type Asked = { readonly id: number; readonly request: Request }
export type Told = { readonly id: number; readonly reply: Reply }

/** A word that some process on the database has sent. */
export type Signal = { readonly signal: string }

export const noAnswer: Answer = { changes: 0, key: 0, names: [], rows: [], earlier: [] }

/** Whole transactions that may be under way together. */
export const slots = 2

/**
 * `signal[0]` counts the answers, `signal[1]` is 1 once the worker has ended. `transactions`: by slot, the number of the whole
 * transaction that is under way; 0 as long as it cannot have been committed.
 */
export type WorkerData = {
  readonly settings: Settings
  readonly signal: Int32Array
  readonly transactions: BigInt64Array
  readonly port: MessagePort
}
type MessagePort = import('node:worker_threads').MessagePort
