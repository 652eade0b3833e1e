/** What the parts of the running engine share. */
import type {
  Bindings,
  Chance,
  ExpressionChecker,
  Outcome,
  Refusal,
  StepLimits,
  TaskResource,
} from '../../asl/index.ts'
import type { JsonText, Logger } from '../../base/index.ts'
import type { ExpressRoom } from '../express/room.ts'
import type { HistoryLog } from '../history/log.ts'
import type { ObjectStore } from '../map-run/object-store.ts'
import type { EngineObserver } from '../observer.ts'
import type { Queries, Registry } from '../registry.ts'
import type { Heads } from '../machine/heads.ts'
import type { Node } from '../node/node.ts'
import type { ResourceHandler } from '../resource-handler.ts'
import type { TokenPlace } from '../task/token.ts'
import type { MockCheck } from '../trial/decide.ts'
import type { Live, Revisions } from './live.ts'

/** Expressions as the engine uses them: now, or elsewhere when they are slow. */
export interface EngineExpressions extends ExpressionChecker {
  /** @throws SlowExpression */
  evaluate(source: string, bindings: Bindings, chance: Chance & { readonly now: number }): Outcome
  evaluateSlowly(
    source: string,
    bindings: Bindings,
    chance: { readonly now: number; random(): number },
  ): Promise<Outcome>
}

export type EngineLimits = Registry['limits'] &
  StepLimits & {
    /** Express executions that run at once in this process. */
    readonly expressExecutions: number
  }

export type Core = Registry & {
  readonly logger: Logger
  readonly expressions: EngineExpressions
  readonly limits: EngineLimits
  readonly handlers: readonly ResourceHandler[]
  readonly revisions: Revisions
  readonly heads: Heads
  /** This process among several on one database; undefined where it is the only one. */
  readonly node: Node | undefined
  /** Without it the results that tests of states assume are taken as they are. */
  readonly mockCheck?: MockCheck
  readonly observer?: EngineObserver
  /** Where histories are logged to that are to be; without it none is. */
  readonly historyLog?: HistoryLog
  readonly expressRoom: ExpressRoom
  /** Where Map Runs read items from and write results to; asked in order. */
  readonly objectStores?: readonly ObjectStore[]
  /** Running executions that are kept in memory. */
  readonly cache: Pick<Map<number, Live>, 'get'>
  token(place: TokenPlace): string
  refuse(queries: Queries, resource: TaskResource, parameters: JsonText): Refusal | undefined
}
