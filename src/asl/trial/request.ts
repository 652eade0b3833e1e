/** What a trial is asked and what it answers. */
import type { JsonObject, JsonText } from '../../base/index.ts'
import type { Machine } from '../machine.ts'
import type { About, Command } from '../step/state.ts'
import type { Inspection } from './inspection.ts'

/** What the state's task, branches or iterations came to. */
export type TrialAnswer =
  | { readonly kind: 'succeeded'; readonly output: JsonText }
  | { readonly kind: 'failed'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'timedOut' }

export type TrialRequest = {
  /** Its start state is tried: the machine of an isolated state. */
  readonly machine: Machine
  /** The state as it was written. */
  readonly body: JsonObject
  readonly about: About
  readonly context: JsonObject
  readonly variables: ReadonlyMap<string, JsonText>
  /** How often each retrier has tried already. */
  readonly retries: number
  /** Map: what its ItemReader would have read. */
  readonly readItems: JsonText | undefined
  /** Map: how many iterations are taken to have failed. */
  readonly failedIterations: number | undefined
  /** Absent: a task's call is asked for. */
  readonly answer: TrialAnswer | undefined
}

export type TrialStatus = 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR'

export type Trial =
  | {
      readonly kind: 'ended'
      readonly status: TrialStatus
      readonly output?: JsonText
      readonly error?: string
      readonly cause?: string
      readonly nextState?: string
      readonly inspection: Inspection
    }
  /** The state waits for this call. Try again with its answer and the same env. */
  | { readonly kind: 'call'; readonly call: Extract<Command, { kind: 'schedule' }> }
  /** What the test assumes cannot be. */
  | { readonly kind: 'refused'; readonly reason: string }
