/**
 * How the engine is watched: numbers for each batch, one line for what was slow, spans for executions and tasks. The engine
 * calls it after COMMIT, so what is seen has happened; whoever observes must be quick and may not throw.
 */
import type { Status, TaskResource } from '../asl/index.ts'
import type { TaskAnswer, TaskCall } from './resource-handler.ts'
import type { TraceContext } from './trace-context.ts'

export interface EngineObserver {
  /** Milliseconds that only ever grow; fractions count. Asked once for each step. */
  elapsed(): number
  /** What takes at least so long is told by `slow`. */
  readonly slowMs: number
  committed(batch: BatchFacts): void
  slow(facts: SlowFacts): void
  /** A call of a task's resource has ended, whatever became of it. */
  called(resource: TaskResource, outcome: CallOutcome, ms: number): void
  /** Absent: nobody traces, and nothing is made for it. */
  readonly tracer?: EngineTracer
}

export type CallOutcome = 'succeeded' | 'failed' | 'cancelled'

export type BatchFacts = {
  readonly works: number
  readonly steps: number
  readonly started: number
  readonly closed: readonly ClosedExecution[]
  /** From the first work to the last: steps and rows. */
  readonly decideMs: number
  /** From there until it was on the disk. */
  readonly commitMs: number
}

export type ClosedExecution = {
  readonly arn: string
  readonly machineName: string
  readonly status: Exclude<Status, 'running'>
  readonly startedAt: number
  readonly stoppedAt: number
  readonly error: string | undefined
  /** X-Amzn-Trace-Id, as the caller gave it. */
  readonly traceHeader: string | undefined
}

export type SlowFacts = {
  readonly doing: 'step' | 'expression' | 'commit'
  readonly ms: number
  readonly execution: string | undefined
  readonly state: string | undefined
  /** What was under way: the kind of the event, how many works. */
  readonly detail: string
}

export interface EngineTracer {
  /** A call begins: what its request tells whoever it reaches. */
  begin(call: TaskCall, execution: TracedExecution): CallSpan
}

/** X-Amzn-Trace-Id as the caller of the execution gave it. */
export type TracedExecution = { readonly startedAt: number; readonly traceHeader: string | undefined }

export interface CallSpan {
  readonly context: TraceContext
  /** Undefined: it was cancelled. */
  end(answer: TaskAnswer | undefined): void
}
