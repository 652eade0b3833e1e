/** What a Map Run asks of the writer. */
import type { JsonText } from '../../base/index.ts'
import type { ExpressEnd } from '../express/express.ts'

/** A child to be started: an item, or a batch of them. */
export type ChildPlan = {
  readonly input: JsonText
  readonly items: number
  /** How far the items have been read with it. */
  readonly cursor: JsonText
}

/** Children to be started, as far as there is room; answers how many were. */
export type MapItemsWork = {
  readonly kind: 'mapItems'
  readonly runId: number
  /** Number of the first of them: who comes with children that have been started since is given none. */
  readonly from: number
  readonly children: readonly ChildPlan[]
  /** No others come after these. */
  readonly last: boolean
}

/** Children that have failed run again, as far as there is room; answers how many had their turn. */
export type MapRedriveWork = { readonly kind: 'mapRedrive'; readonly runId: number; readonly limit: number }

export type MapRunWork = {
  readonly kind: 'mapRun'
  readonly runId: number
  readonly act:
    /** Its tolerance may have changed: whether it is exceeded now. */
    | { readonly kind: 'judge' }
    /** It will fail, once its children have been stopped. */
    | { readonly kind: 'fail'; readonly error: string; readonly cause: string }
    /** It is to be redriven, and nothing of it runs. */
    | { readonly kind: 'reopen' }
    /** Some of its children are to be stopped; of an aborted one without children nothing is left to be done. */
    | { readonly kind: 'stop'; readonly limit: number }
    | MapRunOver
}

/** An express child has ended; one that was stopped meanwhile stays so. */
export type ChildEndWork = { readonly kind: 'childEnd'; readonly executionId: number; readonly end: ExpressEnd }

/** Its children are done, and their results are where they belong: the execution goes on. */
export type MapRunOver = {
  readonly kind: 'over'
  readonly end:
    | { readonly kind: 'succeeded'; readonly output?: JsonText }
    | { readonly kind: 'failed'; readonly error: string; readonly cause: string }
  /** Which redrive of the run it ends. */
  readonly redriveCount: number
  /** Results that were exported: children and items. */
  readonly written: readonly [children: number, items: number]
}
