/** What the language needs from outside: expressions, chance, hashing, and the word whether a task can be called at all. */
import type { JsonObject, JsonText } from '../base/index.ts'
import type { TaskResource } from './resource.ts'

/** The values an expression can name: `$states.input`, `$states.context`, …, and the variables in scope. */
export type Bindings = {
  readonly input: JsonText
  readonly context: JsonText
  /** The members of the context by name, for who needs only some of them: the execution's input makes the whole large. */
  readonly contextMembers?: ReadonlyMap<string, JsonText>
  /** Only in Output and Assign of Task, Parallel and Map. */
  readonly result?: JsonText
  /** Only in Output and Assign of a Catcher. */
  readonly errorOutput?: JsonText
  readonly variables: ReadonlyMap<string, JsonText>
}

export type Outcome =
  /** Compact JSON. */
  | { readonly kind: 'value'; readonly text: JsonText }
  /** The expression matched nothing. */
  | { readonly kind: 'nothing' }
  /** A function or a regular expression: not JSON. */
  | { readonly kind: 'unsupported' }
  /** Appended as it is to "threw an error during evaluation": `. T1006: …` or `: Expression evaluation timeout`. */
  | { readonly kind: 'failed'; readonly detail: string }

/**
 * Thrown through `step()` by an expression that does not answer within its inline time. The step has changed nothing:
 * the engine evaluates the expression elsewhere and steps again with the recorded outcome.
 */
export class SlowExpression extends Error {
  readonly source: string
  readonly bindings: Bindings
  constructor(source: string, bindings: Bindings) {
    super('the expression needs more than its inline time')
    this.source = source
    this.bindings = bindings
  }
}

export type HashAlgorithm = 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** Chance and digests; all of it repeatable in a replay because it is seeded by the recorded event. */
export interface Chance {
  /** Uniform in [0, 1). */
  random(): number
  /** A version 4 UUID. */
  uuid(): string
  /** Lower-case hexadecimal digest of the UTF-8 text. */
  hash(algorithm: HashAlgorithm, text: string): string
}

/** Why a task is not even scheduled: an interpreter error, never retried nor caught. */
export type Refusal = { readonly error: string; readonly cause: string }

/** The world of one step. The same env values give the same step. */
export interface Env extends Chance {
  /** Milliseconds since 1970 UTC: the time of the event that is being processed. */
  readonly now: number
  /** `source` is the text between `{%` and `%}`. @throws SlowExpression */
  evaluate(source: string, bindings: Bindings): Outcome
  /** The task token of one attempt: opaque, the same each time it is asked for. */
  token(frame: number, enteredId: number, attempt: number): string
  /** Undefined when the task can be scheduled. `parameters` is the evaluated task input. */
  refuse(resource: TaskResource, parameters: JsonText): Refusal | undefined
  /** Hears what a state's fields come to. Only tests of single states have one; an execution does not pay for it. */
  readonly inspector?: Inspector
  /** Shown as the context object instead of the execution's own: in tests of single states. */
  readonly context?: JsonObject
}

/** What a state comes to between its input and its output, under the names that AWS's TestState gives them. */
export type InspectedField =
  | 'afterInputPath'
  | 'afterParameters'
  | 'afterArguments'
  | 'afterItemsPath'
  | 'afterItemSelector'
  | 'afterItemsPointer'
  | 'afterItemBatcher'
  | 'result'
  | 'afterResultSelector'
  | 'afterResultPath'

/** Told while a state runs; it must not throw and changes nothing. */
export interface Inspector {
  came(field: InspectedField, value: JsonText): void
  /** The Map's own value, before the engine bounds it. */
  maxConcurrency(value: number): void
  /** The state's work, or one of its fields, has failed; what becomes of it is told next, if anything does. */
  failed(error: string | undefined, cause: string | undefined): void
  retried(retrier: number, delayMs: number): void
  caught(catcher: number): void
}

export type ExpressionFault = {
  readonly code: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION'
  /** AWS's wording, e.g. "Unexpected end of expression". */
  readonly message: string
}

/** Which members of `$states` the place of an expression offers besides `input` and `context`. */
export type ExpressionPlace = { readonly result: boolean; readonly errorOutput: boolean }

/** Static knowledge of expressions, for the checker. `source` is the text between `{%` and `%}`. */
export interface ExpressionChecker {
  check(source: string, place: ExpressionPlace): readonly ExpressionFault[]
  /** Names (without `$`) of the state machine variables it reads, sorted, without duplicates. */
  variables(source: string): readonly string[]
}
