/**
 * The compiler's view of a machine: every name of a state must be one of the scope it is named in, every `task:…` one of the
 * procedure's functions, every field one that the state has. What the compiler cannot see (paths, expressions, reachability)
 * is the checker's, when the machine is created.
 */

type Text = string
/** A payload template, an expression or plain JSON: the language looks into it, the compiler does not. */
type Template = unknown
/** A number, or in JSONata an expression that gives one. */
type Amount = number | Text
type QueryLanguage = 'JSONPath' | 'JSONata'

type Retrier = {
  readonly ErrorEquals: readonly Text[]
  readonly IntervalSeconds?: number
  readonly MaxAttempts?: number
  readonly BackoffRate?: number
  readonly MaxDelaySeconds?: number
  readonly JitterStrategy?: 'FULL' | 'NONE'
  readonly Comment?: Text
}

type Catcher<Names> = {
  readonly ErrorEquals: readonly Text[]
  readonly Next: Names
  readonly ResultPath?: Text | null
  readonly Output?: Template
  readonly Assign?: Template
  readonly Comment?: Text
}

type Common = {
  readonly Type: Text
  readonly Comment?: Text
  readonly QueryLanguage?: QueryLanguage
  readonly InputPath?: Text | null
  readonly OutputPath?: Text | null
  readonly Output?: Template
}

/** A state goes on or ends: what it says decides which of the two is missing or too much. */
type Onward<State, Names> = State extends { readonly End: true }
  ? { readonly End: true; readonly Next?: never }
  : { readonly Next: Names; readonly End?: never }

type Assigning = { readonly Assign?: Template }

type Working<Names> = {
  readonly Parameters?: Template
  readonly Arguments?: Template
  readonly ResultSelector?: Template
  readonly ResultPath?: Text | null
  readonly Retry?: readonly Retrier[]
  readonly Catch?: readonly Catcher<Names>[]
}

type TaskFields<Names, Tasks extends Text> = Working<Names> & {
  /** A function of this procedure, `task:name`, or any ARN that the language knows. */
  readonly Resource: `task:${Tasks}` | `arn:${string}`
  readonly TimeoutSeconds?: Amount
  readonly TimeoutSecondsPath?: Text
  readonly HeartbeatSeconds?: Amount
  readonly HeartbeatSecondsPath?: Text
  readonly Credentials?: Template
}

type PassFields = {
  readonly Result?: Template
  readonly Parameters?: Template
  readonly ResultPath?: Text | null
}

type WaitFields = {
  readonly Seconds?: Amount
  readonly SecondsPath?: Text
  readonly Timestamp?: Text
  readonly TimestampPath?: Text
}

type ChoiceFields<Names> = {
  readonly Choices: readonly { readonly Next: Names; readonly [condition: Text]: Template }[]
  readonly Default?: Names
}

type FailFields = {
  readonly Error?: Text
  readonly ErrorPath?: Text
  readonly Cause?: Text
  readonly CausePath?: Text
}

type MapFields = {
  readonly ItemProcessor: Scope
  readonly Items?: Template
  readonly ItemsPath?: Text
  readonly ItemSelector?: Template
  readonly ItemReader?: Template
  readonly ItemBatcher?: Template
  readonly ResultWriter?: Template
  readonly Label?: Text
  readonly MaxConcurrency?: Amount
  readonly MaxConcurrencyPath?: Text
  readonly ToleratedFailureCount?: Amount
  readonly ToleratedFailureCountPath?: Text
  readonly ToleratedFailurePercentage?: Amount
  readonly ToleratedFailurePercentagePath?: Text
}

/** What a state of each type may hold. */
type Kinds<State, Names, Tasks extends Text> = {
  Task: Common & Assigning & Onward<State, Names> & TaskFields<Names, Tasks>
  Pass: Common & Assigning & Onward<State, Names> & PassFields
  Wait: Common & Assigning & Onward<State, Names> & WaitFields
  Choice: Common & Assigning & ChoiceFields<Names>
  Parallel: Common & Assigning & Onward<State, Names> & Working<Names> & { readonly Branches: readonly Scope[] }
  Map: Common & Assigning & Onward<State, Names> & Working<Names> & MapFields
  Succeed: Common
  Fail: Common & FailFields
}

/**
 * Meets a value that is wrong. The value's own type is intersected with this, and an object it is, because two different
 * literals would make all around them `never`, and the compiler would point everywhere.
 */
type Expected<What> = { readonly expected: What }

type RequiredIn<Known> = { [Field in keyof Known]-?: object extends Pick<Known, Field> ? never : Field }[keyof Known]

/** Each field that is given fits, none is given that is not known, none is missing. */
type Fits<Given, Known> = {
  readonly [Field in keyof Given]: Field extends keyof Known
    ? Given[Field] extends Known[Field]
      ? unknown
      : Expected<Known[Field]>
    : Expected<keyof Known>
} & Pick<Known, Exclude<RequiredIn<Known>, keyof Given>>

type CheckedState<State, Names, Tasks extends Text> = State extends {
  readonly Type: infer Type extends keyof Kinds<State, Names, Tasks>
}
  ? Fits<State, Kinds<State, Names, Tasks>[Type]> & Inner<State, Tasks>
  : { readonly Type: Expected<keyof Kinds<State, Names, Tasks>> }

/** The scopes inside of a state. */
type Inner<State, Tasks extends Text> = State extends { readonly Branches: infer Branches }
  ? { readonly Branches: { readonly [Index in keyof Branches]: CheckedScope<Branches[Index], Tasks> } }
  : State extends { readonly ItemProcessor: infer Processor }
    ? { readonly ItemProcessor: CheckedScope<Processor, Tasks> }
    : unknown

type ScopeFields<Names> = {
  readonly StartAt: Names
  readonly States: object
  readonly Comment?: Text
  /** Of a Map's processor. */
  readonly ProcessorConfig?: Template
  /** These three of the machine as a whole. */
  readonly QueryLanguage?: QueryLanguage
  readonly TimeoutSeconds?: number
  readonly Version?: '1.0'
}

type CheckedScope<Given, Tasks extends Text> = Given extends { readonly States: infer States }
  ? Fits<Given, ScopeFields<keyof States & Text>> & {
      readonly States: { readonly [Name in keyof States]: CheckedState<States[Name], keyof States & Text, Tasks> }
    }
  : Scope

/** What `machine` must be besides what it is, given the tasks there are. */
export type CheckedMachine<Given, Tasks extends Text> = CheckedScope<Given, Tasks>

/** A machine or a part of one, when its names no longer matter. */
export type Scope = {
  readonly StartAt: Text
  readonly States: Readonly<Record<Text, object>>
}
