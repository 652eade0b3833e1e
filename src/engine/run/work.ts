/** What the writer is asked to do, and what comes out of it. */
import type { Attempt, Event } from '../../asl/index.ts'
import type { Actor } from '../../access/index.ts'
import type { Action, Cause } from '../../audit/index.ts'
import type { HoldfastError, JsonText } from '../../base/index.ts'
import type { RedrivenExecution, StartedExecution } from '../contract.ts'
import type { WantedStay } from '../execution/correctable.ts'
import type { ChildEndWork, MapItemsWork, MapRedriveWork, MapRunWork } from '../map-run/work.ts'
import type { Forwarded } from '../node/node.ts'
import type { ExpressEnd, ExpressStart } from '../express/express.ts'
import type { DueTimer } from './statements.ts'

/** The nested call that starts an execution. `sync` ones wait for its end. */
export type NestedCall = Attempt & {
  readonly executionId: number
  readonly pattern: 'request' | 'sync' | 'sync:2' | 'token'
  /** Made with the Credentials of another role. */
  readonly credentials?: true
}

export type StartWork = {
  readonly kind: 'start'
  readonly actor: Actor
  /** Why the actor starts it; the trail requires it of the system. */
  readonly cause?: Cause
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
  /** Set when an earlier try met an expression that was too slow. */
  readonly again?: EarlierTry
  /** Its row in the inbox, to be deleted when it has been carried out. */
  readonly inboxId?: number
  /** What the trail says of it when it is applied: stops and answers from outside. */
  readonly trail?: TrailNote
  /** The letter in which another node sent it, to be answered. */
  readonly letter?: { readonly id: number; readonly sender: number | null }
}

/** A row of the inbox, written by the batch from the same members. */
export const readInbox = (text: string): Pick<EventWork, 'event' | 'trail'> => JSON.parse(text) as EventWork

export type TrailNote = { readonly actor: Actor; readonly action: Action }

/**
 * The world of an earlier try: the next one has the same time and chance, or what leads to the slow expression would come
 * out differently and the outcome that was found for it would be of no use.
 */
export type EarlierTry = {
  readonly now: number
  readonly seed: string | undefined
  /** Outcomes by the key of their expression. */
  readonly recorded: ReadonlyMap<string, JsonText>
}

export const nothingRecorded: EarlierTry['recorded'] = new Map()

/** Executions that batches have changed which are not committed yet. */
export type UnderWay = Pick<ReadonlySet<number>, 'has'>

/** Goes on with an execution that has ended without success. */
export type RedriveWork = {
  readonly kind: 'redrive'
  readonly actor: Actor
  readonly executionId: number
  readonly arn: string
  /** The same one again, soon after, is answered and not done again. */
  readonly clientToken: string | undefined
  /** Another input for the state that it ended in. */
  readonly correction?: WantedStay & { readonly input: JsonText }
}

/** Timers that are due. */
export type TimersWork = { readonly kind: 'timers' }

/** One of them alone: when together they could not be carried out. */
export type TimerWork = { readonly kind: 'timer'; readonly timer: DueTimer }

/** A write that is taken back, to see whether the disk takes writes. `text`: of the size of what is to be written soon. */
export type ProbeWork = { readonly kind: 'probe'; readonly text?: string }

/** The oldest task of an activity, for a worker that asks. */
export type PollWork = {
  readonly kind: 'poll'
  readonly activityArn: string
  readonly workerName: string | undefined
  /** Aborted when the worker has left: then it must not be given a task. */
  readonly signal: AbortSignal
}

/** A node gives a sign of life, and takes over what others have left. */
export type RoundWork = { readonly kind: 'round' }

/** An express execution has ended: with `id` its row is there, without it is written now. */
export type ExpressEndWork = {
  readonly kind: 'expressEnd'
  readonly id: number | undefined
  /** Who has started it, where that is not recorded yet. */
  readonly actor?: Actor
  readonly start: ExpressStart
  readonly end: ExpressEnd
}

export type Work =
  | ExpressEndWork
  | StartWork
  | EventWork
  | RedriveWork
  | TimersWork
  | TimerWork
  | PollWork
  | ProbeWork
  | RoundWork
  | MapItemsWork
  | MapRedriveWork
  | MapRunWork
  | ChildEndWork

/** `stale`: the event names a visit or attempt that is over. `closed`: the execution has ended or does not exist. */
export type EventOutcome = 'applied' | 'stale' | 'closed'

export type PolledTask = { readonly token: string; readonly input: JsonText }

/** A refusal is an outcome: it is told before anything was written. What is thrown undoes the whole transaction. */
export type Answer<W extends Work> = Outcome<W> | HoldfastError | Forwarded

/** `executions`: how many were taken over. `more`: others are left for the next round. */
export type RoundOutcome = { readonly executions: number; readonly more: boolean }

export type Outcome<W extends Work> = W extends StartWork
  ? StartedExecution
  : W extends PollWork
    ? PolledTask | undefined
    : W extends EventWork
      ? EventOutcome
      : W extends RoundWork
        ? RoundOutcome
        : W extends RedriveWork
          ? RedrivenExecution
          : W extends MapItemsWork | MapRedriveWork
            ? number
            : undefined
