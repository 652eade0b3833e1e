/** One action of the Step Functions API: the shape of its request and how a verb's answer becomes its response. */
import type { Actor, Verb } from '../../access/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import type { RequestOf, Shape, WireLimits } from './shape.ts'

export type ActionContext = {
  readonly actor: Actor
  readonly dependencies: ServerDependencies
  readonly limits: WireLimits
  /** Fires when the caller has gone or the server closes. Made only when asked for. */
  readonly ended: () => AbortSignal
}

/** A response. Undefined members are left out, as AWS leaves them out; nothing is ever null. */
export type Response = Readonly<Record<string, unknown>>

export type Action = {
  /** The verb that `can()` is asked about. */
  readonly verb: Verb
  readonly shape: Shape
  /** `request` has the type of the shape: only `action` below puts the two together. */
  readonly run: (context: ActionContext, request: never) => Response | Promise<Response>
}

export function action<const S extends Shape>(
  verb: Verb,
  shape: S,
  run: (context: ActionContext, request: RequestOf<S>) => Response | Promise<Response>,
): Action {
  return { verb, shape, run }
}

/** Milliseconds → epoch seconds with milliseconds, as the AWS JSON protocol writes times. */
export const seconds = (ms: number): number => ms / 1000
export const maybeSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
