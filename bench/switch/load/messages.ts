/** What the load process and the benchmark tell each other. */
import type { FailureCause } from '../verdict/classify.ts'
import type { Mix, RequestKind } from './mix.ts'

export type LoadKind = RequestKind | 'socket' | 'events' | 'switch'

export type ToLoad =
  | { readonly kind: 'begin'; readonly port: number; readonly mix: Mix; readonly seed: number }
  /** No new requests; those under way may end. */
  | { readonly kind: 'end' }

/** Requests that were answered, as columns. Times are of the steady clock. */
export type AnswerColumns = {
  readonly scheduledMs: Float64Array
  readonly sentMs: Float64Array
  /** When it was given to the instance, as far as somebody between says so; otherwise as arrived. */
  readonly placedMs: Float64Array
  /** When the instance had read it. */
  readonly arrivedMs: Float64Array
  readonly endedMs: Float64Array
  readonly pid: Uint32Array
  /** Places in `releases`. */
  readonly release: Uint16Array
  /** Places in `requestKinds`. */
  readonly kind: Uint8Array
}

export type Failure = {
  readonly atMs: number
  readonly scheduledMs: number
  readonly sentMs: number
  readonly kind: LoadKind
  readonly cause: FailureCause
  readonly detail: string
  readonly release?: string
  readonly pid?: number
  readonly isNewConnection: boolean
}

export type SocketTallies = {
  readonly socketMessages: number
  /** Sent again on the next connection because a 1001 came before their echo. */
  readonly socketMessagesSentAgain: number
  readonly socketsClosedPolitely: number
  readonly events: number
  readonly streamsEndedPolitely: number
}

export const noTallies: SocketTallies = {
  socketMessages: 0,
  socketMessagesSentAgain: 0,
  socketsClosedPolitely: 0,
  events: 0,
  streamsEndedPolitely: 0,
}

export type FromLoad =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'batch'
      /** All names so far. */
      readonly releases: readonly string[]
      readonly answers: AnswerColumns
      readonly failures: readonly Failure[]
      readonly tallies: SocketTallies
      readonly started: number
      readonly underway: number
    }
  | { readonly kind: 'ended' }
