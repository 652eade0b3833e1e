/** The state of one execution as `step()` sees it: immutable, small, and encodable piece by piece. */
import type { JsonText } from '../../base/index.ts'
import type { ItemFormat, ItemReader, ResultWriter } from '../machine.ts'
import type { TaskResource } from '../resource.ts'
import { Outputs } from './outputs.ts'

/** What never changes during an execution. */
export type About = {
  readonly arn: string
  readonly name: string
  readonly input: JsonText
  readonly roleArn: string
  readonly startedAt: number
  readonly machineArn: string
  readonly machineName: string
  /** Shown in TaskScheduled events. */
  readonly region: string
  /** Set when it was started through a version or an alias. */
  readonly versionArn?: string
  readonly aliasArn?: string
}

export type Status = 'running' | 'succeeded' | 'failed' | 'timed_out' | 'aborted'

export type ExecutionState = {
  readonly about: About
  readonly status: Status
  /** Undefined: never redriven. */
  readonly redriven: Redriven | undefined
  /** Id the next history event gets; ids count 1, 2, 3 … without gaps. */
  readonly nextEventId: number
  readonly nextFrame: number
  /** Open scopes; of one that ended without success those that had not succeeded, which is what a redrive goes on with. */
  readonly frames: ReadonlyMap<number, Frame>
  /** Items and results of each Map and Parallel that is under way, by the frame it runs in. */
  readonly fans: ReadonlyMap<number, Fan>
}

/** The last redrive: the how-manieth, and when (milliseconds since 1970 UTC). */
export type Redriven = { readonly count: number; readonly at: number }

/** One running scope: the execution itself (frame 1), a branch, an iteration. */
export type Frame = {
  readonly id: number
  /** 0 for the root. */
  readonly parent: number
  /** Which branch or iteration. */
  readonly index: number
  readonly scope: number
  /** History cursor: `previousEventId` of its next event. */
  readonly last: number
  /** Variables owned by this scope; outer ones are found through the parent. */
  readonly variables: ReadonlyMap<string, JsonText> | undefined
  readonly visit: Visit | undefined
}

export type Phase =
  /** To be run by this or the next step. */
  'ready' | 'task' | 'wait' | 'backoff' | 'fanout' | 'maprun'

/** One stay in a state. `(frame, enteredId, attempt)` names a task's answer beyond doubt. */
export type Visit = {
  readonly state: number
  readonly enteredId: number
  readonly enteredAt: number
  readonly input: JsonText
  readonly phase: Phase
  /** Attempts before this one in this visit: retries, and redrives. With frame and `enteredId` it names an answer. */
  readonly attempt: number
  /** Retries by each retrier since the visit or its last redrive began; undefined while there were none. */
  readonly retries: readonly number[] | undefined
  /** Task: ActivityStarted has been recorded. */
  readonly started: boolean
  /** Task: TaskSubmitted has been recorded. */
  readonly submitted: boolean
  /** Task: the answer that came before TaskSubmitted. */
  readonly early: EarlyAnswer | undefined
  /** Task: what was scheduled, so that the call can be made again after a crash. */
  readonly task: ScheduledTask | undefined
  /** Timers that are set. */
  readonly timers: readonly TimerKind[]
}

/** A task as it was scheduled: evaluated once per attempt. */
export type ScheduledTask = {
  readonly input: JsonText
  /** From scheduling to the answer. */
  readonly timeoutSeconds: number | undefined
  /** Pause between heartbeats that is allowed. */
  readonly heartbeatSeconds: number | undefined
  readonly roleArn: string | undefined
}

/** A run of a distributed Map as it was opened: evaluated once per attempt. */
export type MapRunPlan = {
  readonly arn: string
  readonly label: string
  readonly executionType: 'STANDARD' | 'EXPRESS'
  /** The Map state in its machine. */
  readonly state: number
  readonly source: ItemSource
  readonly batches: ItemBatches | undefined
  readonly results: ResultPlan
  /** 0: as many as the service lets run. */
  readonly maxConcurrency: number
  /** Undefined: not given. Without either of them no item may fail. */
  readonly toleratedCount: number | undefined
  readonly toleratedPercentage: number | undefined
}

export type ItemSource =
  /** An array, or an object whose members are the items. */
  | { readonly kind: 'state'; readonly items: JsonText; readonly length: number }
  | {
      readonly kind: 'reader'
      readonly action: ItemReader['action']
      readonly parameters: JsonText
      readonly format: ItemFormat
      /** Undefined: all there are. Never checked here: a wrong one fails the run. */
      readonly maxItems: number | undefined
      /** JSON Pointer to the items in a JSON object. */
      readonly pointer: string | undefined
    }

export type ItemBatches = {
  readonly maxItems: number | undefined
  readonly maxBytes: number | undefined
  readonly batchInput: JsonText | undefined
}

export type ResultPlan = {
  readonly transformation: ResultWriter['transformation']
  readonly outputType: ResultWriter['outputType']
  /** Undefined: the results are the state's result, not exported. */
  readonly parameters: JsonText | undefined
}

export type EarlyAnswer =
  | { readonly kind: 'succeeded'; readonly output: JsonText }
  | { readonly kind: 'failed'; readonly error?: string; readonly cause?: string }

/** A Map or Parallel under way. */
export type Fan = {
  /** Map: the items as JSON texts; Parallel: empty. */
  readonly items: readonly JsonText[]
  readonly results: Outputs
  /** Children that may run at once, evaluated when the state was started. */
  readonly concurrency: number
  /** Index of the next iteration to start. */
  readonly next: number
  readonly open: number
  readonly done: number
}

export type TimerKind = 'wait' | 'retry' | 'timeout' | 'heartbeat' | 'deadline'

/** Names one attempt of one visit. */
export type Attempt = { readonly frame: number; readonly enteredId: number; readonly attempt: number }

/** The scope whose state is entered anew, with this input instead of the one it ended with. */
export type Correction = { readonly frame: number; readonly input: JsonText }

/** A Map Run that goes on with its execution; one that is not among them is run anew. `redriveCount`: with this time. */
export type RedrivenMapRun = { readonly frame: number; readonly mapRunArn: string; readonly redriveCount: number }

export type Event =
  | { readonly kind: 'start' }
  /** An activity worker took the task. */
  | (Attempt & { readonly kind: 'taskStarted'; readonly workerName?: string })
  /** The call of a `.sync` or token task returned. */
  | (Attempt & { readonly kind: 'taskSubmitted'; readonly output: JsonText })
  | (Attempt & { readonly kind: 'taskSucceeded'; readonly output: JsonText; readonly fromCall?: boolean })
  /** `fromCall`: the call of a `.sync` or token task itself failed, so no TaskSubmitted will come. */
  | (Attempt & {
      readonly kind: 'taskFailed'
      readonly error?: string
      readonly cause?: string
      readonly fromCall?: boolean
    })
  | (Attempt & { readonly kind: 'heartbeat' })
  /** The run of a distributed Map has ended; without an output its results are too large together. */
  | (Attempt & { readonly kind: 'mapRunSucceeded'; readonly output?: JsonText })
  | (Attempt & { readonly kind: 'mapRunFailed'; readonly error: string; readonly cause: string })
  | (Attempt & { readonly kind: 'timer'; readonly timer: TimerKind })
  | { readonly kind: 'stop'; readonly error?: string; readonly cause?: string }
  /** Goes on where a long run of unblocked states was cut. */
  | { readonly kind: 'continue' }
  /** Goes on after an end without success: what failed or was cut off runs again, with what it was given before. */
  | { readonly kind: 'redrive'; readonly mapRuns?: readonly RedrivenMapRun[]; readonly correction?: Correction }
  /** The engine itself could not carry an event out (a defect): the execution ends with this cause. */
  | { readonly kind: 'fault'; readonly cause: string }

export type Command =
  | (Attempt &
      ScheduledTask & { readonly kind: 'schedule'; readonly stateName: string; readonly resource: TaskResource })
  /** Ends with `mapRunSucceeded` or `mapRunFailed`, or with a cancel. */
  | (Attempt & { readonly kind: 'openMapRun'; readonly plan: MapRunPlan })
  /** The run of this visit goes on, for this attempt from now on. */
  | (Attempt & { readonly kind: 'redriveMapRun'; readonly mapRunArn: string })
  /** Of a task or of a Map Run. */
  | (Attempt & { readonly kind: 'cancel' })
  | (Attempt & { readonly kind: 'setTimer'; readonly timer: TimerKind; readonly at: number })
  | (Attempt & { readonly kind: 'clearTimer'; readonly timer: TimerKind })
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'close'
      readonly status: Exclude<Status, 'running'>
      readonly at: number
      readonly output?: JsonText
      readonly error?: string
      readonly cause?: string
    }

/** What a step changed, piece by piece: folded over an older state it gives the newer one. */
export type Change =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'frameGone'; readonly id: number }
  | ({ readonly kind: 'fan'; readonly frame: number } & FanPlan)
  | {
      readonly kind: 'fanProgress'
      readonly frame: number
      readonly next: number
      readonly open: number
      readonly done: number
    }
  | { readonly kind: 'result'; readonly frame: number; readonly index: number; readonly output: JsonText }
  | { readonly kind: 'fanGone'; readonly frame: number }
  | ({ readonly kind: 'redriven' } & Redriven)

export type HistoryEvent = {
  readonly id: number
  readonly previousEventId: number
  readonly type: string
  /** Members of the event's details as AWS names them, without `inputDetails`/`outputDetails`; undefined where AWS has none. */
  readonly details: Details | undefined
}
export type Details = Readonly<Record<string, string | number | undefined | ReadonlyMap<string, JsonText>>>

export type StepResult = {
  readonly state: ExecutionState
  readonly history: readonly HistoryEvent[]
  readonly changes: readonly Change[]
  readonly commands: readonly Command[]
}

/** Bounds of one execution. AWS: 262,144 bytes and 25,000 events. */
export type StepLimits = {
  /** Largest input, output, result or variable, in UTF-8 bytes. */
  readonly payloadBytes: number
  readonly historyEvents: number
}

/** An execution before its first event. */
export const newExecution = (about: About): ExecutionState => ({
  about,
  status: 'running',
  redriven: undefined,
  nextEventId: 1,
  nextFrame: 1,
  frames: new Map(),
  fans: new Map(),
})

/** What a Map or Parallel starts with. */
export type FanPlan = Pick<Fan, 'items' | 'concurrency'> & { readonly size: number }

export const newFan = ({ items, size, concurrency }: FanPlan): Fan => ({
  items,
  concurrency,
  results: Outputs.empty(size),
  next: 0,
  open: 0,
  done: 0,
})
