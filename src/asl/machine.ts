/** A compiled state machine: immutable, made once per revision, everything parsed that can be parsed ahead. */
import type { Json, JsonText } from '../base/index.ts'
import type { ReferencePath } from './path/index.ts'
import type { TaskResource } from './resource.ts'
import type { Expression, FieldPath, Template } from './compile/value.ts'

export type Machine = {
  readonly root: Scope
  /** All states of all scopes, each scope's together and outer before inner ones; a state's `id` is its index. */
  readonly states: readonly State[]
  readonly scopes: readonly Scope[]
  readonly timeoutSeconds: number | undefined
  /** Whether any Task waits for an activity worker. */
  readonly usesActivities: boolean
  /** Whether any state, retrier or the machine itself can set a timer. */
  readonly usesTimers: boolean
  /** Whether any state is written in JSONata. */
  readonly usesExpressions: boolean
}

/** One `States` object: the machine's own, a branch's, an item processor's. */
export type Scope = {
  readonly id: number
  readonly startAt: number
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState

export type StateType = State['type']

/** The states whose work can fail from outside: they have a result, and can retry and catch. */
export type WorkState = TaskState | ParallelState | MapState

export const isWork = (state: State): state is WorkState =>
  state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map'

export type StateBase = {
  readonly id: number
  readonly name: string
  readonly jsonata: boolean
  /** The state that follows; undefined at an end of its scope. */
  readonly next: number | undefined
}

/** JSONPath's `InputPath`/`OutputPath`: undefined is the whole document, null throws it away. */
export type Filter = FieldPath | null | undefined

/** How a result becomes output, for the languages together: JSONata uses `output`, JSONPath the rest. */
export type Outlet = {
  readonly resultSelector: Template | undefined
  /** undefined replaces the input, null keeps it. */
  readonly resultPath: ReferencePath | null | undefined
  readonly outputPath: Filter
  readonly output: Template | undefined
  readonly assign: Assignments | undefined
}

export type Assignments = readonly { readonly name: string; readonly value: Template }[]

export type Recovery = {
  readonly retriers: readonly Retrier[]
  readonly catchers: readonly Catcher[]
}

export type Retrier = {
  readonly errors: readonly string[]
  readonly intervalSeconds: number
  readonly maxAttempts: number
  readonly backoffRate: number
  readonly maxDelaySeconds: number
  readonly fullJitter: boolean
}

export type Catcher = {
  readonly errors: readonly string[]
  readonly next: number
  readonly resultPath: ReferencePath | null | undefined
  readonly output: Template | undefined
  readonly assign: Assignments | undefined
}

export type PassState = StateBase &
  Outlet & {
    readonly type: 'Pass'
    readonly inputPath: Filter
    readonly parameters: Template | undefined
    readonly result: JsonText | undefined
  }

export type SucceedState = StateBase & Outlet & { readonly type: 'Succeed'; readonly inputPath: Filter }

export type FailState = StateBase & {
  readonly type: 'Fail'
  readonly error: TextField | undefined
  readonly cause: TextField | undefined
}

/** A literal, an expression, or a path or intrinsic (`ErrorPath`). */
export type TextField =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'path'; readonly field: string; readonly value: FieldPath }

/** A number in the text, an expression, or a path (`…Path`). */
export type NumberField =
  | { readonly kind: 'literal'; readonly value: number }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'path'; readonly field: string; readonly value: FieldPath }

export type WaitState = StateBase &
  Outlet & {
    readonly type: 'Wait'
    readonly inputPath: Filter
    readonly until:
      | { readonly kind: 'seconds'; readonly seconds: NumberField }
      | { readonly kind: 'timestamp'; readonly timestamp: TextField }
  }

export type ChoiceState = StateBase &
  Outlet & {
    readonly type: 'Choice'
    readonly inputPath: Filter
    readonly rules: readonly ChoiceRule[]
    readonly otherwise: number | undefined
  }

export type ChoiceRule = {
  readonly next: number
  readonly condition: Condition
  readonly output: Template | undefined
  readonly assign: Assignments | undefined
}

export type Condition =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'literal'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'present'; readonly variable: FieldPath; readonly expected: boolean }
  | {
      readonly kind: 'compare'
      readonly variable: FieldPath
      readonly operand: Json | FieldPath
      /** Whether `operand` is a path to the value to compare with. */
      readonly byPath: boolean
      readonly holds: (value: Json, operand: Json) => boolean
    }

export type TaskState = StateBase &
  Outlet &
  Recovery & {
    readonly type: 'Task'
    readonly inputPath: Filter
    readonly resource: TaskResource
    readonly parameters: Template | undefined
    readonly timeout: NumberField | undefined
    readonly heartbeat: NumberField | undefined
    readonly roleArn: TextField | undefined
  }

export type ParallelState = StateBase &
  Outlet &
  Recovery & {
    readonly type: 'Parallel'
    readonly inputPath: Filter
    readonly parameters: Template | undefined
    readonly branches: readonly number[]
  }

export type MapState = StateBase &
  Outlet &
  Recovery & {
    readonly type: 'Map'
    readonly inputPath: Filter
    /** Absent: an inline Map, whose iterations are frames of the same execution. */
    readonly distributed: DistributedMap | undefined
    readonly items: FieldPath | Template | undefined
    readonly itemSelector: Template | undefined
    readonly maxConcurrency: NumberField | undefined
    readonly processor: number
  }

/** What only a distributed Map has: its items are read from elsewhere, its iterations are executions of their own. */
export type DistributedMap = {
  /** Part of the ARNs of its runs and their executions. */
  readonly label: string
  readonly executionType: 'STANDARD' | 'EXPRESS'
  /** The processor as a definition of its own. */
  readonly definition: JsonText
  readonly reader: ItemReader | undefined
  readonly batcher: ItemBatcher | undefined
  readonly writer: ResultWriter | undefined
  readonly toleratedCount: NumberField | undefined
  readonly toleratedPercentage: NumberField | undefined
}

export type ItemReader = {
  readonly action: 'getObject' | 'listObjectsV2'
  readonly parameters: Template | undefined
  readonly format: ItemFormat
  readonly maxItems: NumberField | undefined
  readonly pointer: TextField | undefined
}

/** How the bytes of what is read are to be understood. */
export type ItemFormat = {
  readonly inputType: 'CSV' | 'JSON' | 'JSONL' | 'PARQUET' | 'MANIFEST' | undefined
  readonly manifestType: 'ATHENA_DATA' | 'S3_INVENTORY' | undefined
  /** LOAD_AND_FLATTEN: the objects of a listing are read, too, and their items are the items. */
  readonly flatten: boolean
  /** Undefined: the first row has the names. */
  readonly csvHeaders: readonly string[] | undefined
  readonly csvDelimiter: string
}

export type ItemBatcher = {
  readonly maxItems: NumberField | undefined
  readonly maxBytes: NumberField | undefined
  readonly batchInput: Template | undefined
}

export type ResultWriter = {
  /** Undefined: nothing is exported, the results are only transformed. */
  readonly parameters: Template | undefined
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN'
  readonly outputType: 'JSON' | 'JSONL'
}

/** The states of a distributed Map's iteration as a machine of their own; the same object for the same Map. */
export function processorMachine(machine: Machine, state: MapState): Machine {
  const known = processors.get(state)
  if (known !== undefined) return known
  const root = machine.scopes[state.processor]
  if (root === undefined) throw new Error(`${state.name} has no processor`)
  const processor = { ...machine, root, timeoutSeconds: undefined }
  processors.set(state, processor)
  return processor
}

const processors = new WeakMap<MapState, Machine>()
