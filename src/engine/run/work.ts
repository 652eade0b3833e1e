/** What the writer is asked to do, and what comes out of it. */
import type { Attempt, Event } from '../../asl/index.ts'
import type { Actor } from '../../access/index.ts'
import type { Action } from '../../audit/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { StartedExecution } from '../contract.ts'

/** The nested call that starts an execution. `sync` ones wait for its end. */
export type NestedCall = Attempt & {
  readonly executionId: number
  readonly pattern: 'request' | 'sync' | 'sync:2' | 'token'
}

export type StartWork = {
  readonly kind: 'start'
  readonly actor: Actor
  readonly stateMachineArn: string
  /** Undefined: a new random name, which cannot be taken already. */
  readonly name: string | undefined
  readonly input: JsonText
  readonly traceHeader: string | undefined
  readonly nested: NestedCall | undefined
}

export type EventWork = {
  readonly kind: 'event'
  readonly executionId: number
  readonly event: Event
  /** Outcomes of expressions that an earlier try found too slow. */
  readonly recorded?: ReadonlyMap<string, JsonText>
  /** Its row in the inbox, to be deleted when it has been carried out. */
  readonly inboxId?: number
  /** What the trail says of it when it is applied: stops and answers from outside. */
  readonly trail?: { readonly actor: Actor; readonly action: Action }
}

/** Timers that are due. */
export type TimersWork = { readonly kind: 'timers' }

/** The oldest task of an activity, for a worker that asks. */
export type PollWork = {
  readonly kind: 'poll'
  readonly activityArn: string
  readonly workerName: string | undefined
}

export type Work = StartWork | EventWork | TimersWork | PollWork

/** `stale`: the event names a visit or attempt that is over. `closed`: the execution has ended or does not exist. */
export type EventOutcome = 'applied' | 'stale' | 'closed'

export type PolledTask = { readonly token: string; readonly input: JsonText }

export type Outcome<W extends Work> = W extends StartWork
  ? StartedExecution
  : W extends PollWork
    ? PolledTask | undefined
    : W extends EventWork
      ? EventOutcome
      : undefined
