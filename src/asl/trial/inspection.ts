/** What a state computes between its input and its output, and which of it AWS shows for which kind of state. */
import type { JsonText } from '../../base/index.ts'
import type { State, StateType } from '../machine.ts'
import type { InspectedField, Inspector } from '../ports.ts'

/** In AWS's names; what a state has not computed is absent. */
export type Inspection = {
  readonly input: JsonText
  readonly variables?: JsonText
  readonly fields: Readonly<Partial<Record<InspectedField, JsonText>>>
  readonly numbers: Readonly<Partial<Record<InspectedNumber, number>>>
  readonly errorDetails?: ErrorDetails
}

export type InspectedNumber = 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage'

export type ErrorDetails =
  | { readonly catchIndex: number }
  | { readonly retryIndex: number; readonly retryBackoffIntervalSeconds: number }

/** Listens while the state runs. What is computed twice counts as it was last. */
export class Recorder implements Inspector {
  readonly fields = new Map<InspectedField, JsonText>()
  readonly numbers = new Map<InspectedNumber, number>()
  failure: { readonly error: string | undefined; readonly cause: string | undefined } | undefined
  retry: { readonly retrier: number; readonly delayMs: number } | undefined
  catcher: number | undefined

  came(field: InspectedField, value: JsonText): void {
    this.fields.set(field, value)
  }

  maxConcurrency(value: number): void {
    this.numbers.set('maxConcurrency', value)
  }

  failed(error: string | undefined, cause: string | undefined): void {
    this.failure ??= { error, cause }
  }

  retried(retrier: number, delayMs: number): void {
    this.retry = { retrier, delayMs }
  }

  caught(catcher: number): void {
    this.catcher = catcher
  }
}

type Shown = { readonly paths: readonly InspectedField[]; readonly expressions: readonly InspectedField[] }

const results = ['afterResultSelector', 'afterResultPath'] as const
const items = ['afterItemsPath', 'afterItemsPointer', 'afterItemSelector', 'afterItemBatcher'] as const
const inputPath: Shown = { paths: ['afterInputPath'], expressions: [] }

/** As recorded: a Parallel shows nothing of its input, and JSONata states show neither input nor result of most kinds. */
const shown: Readonly<Record<StateType, Shown>> = {
  Pass: { paths: ['afterInputPath', 'afterParameters', ...results], expressions: [] },
  Task: {
    paths: ['afterInputPath', 'afterParameters', 'result', ...results],
    expressions: ['afterArguments', 'result'],
  },
  Choice: inputPath,
  Wait: inputPath,
  Succeed: inputPath,
  Fail: { paths: [], expressions: [] },
  Parallel: { paths: results, expressions: [] },
  Map: {
    paths: ['afterInputPath', ...items, ...results],
    expressions: ['afterItemsPointer', 'afterItemSelector', 'afterItemBatcher'],
  },
}

/** A Pass that states its Result shows that instead of what it does not use. */
const passWithResult: readonly InspectedField[] = ['result', ...results]

export function fieldsOf(state: State, { fields }: Recorder): Inspection['fields'] {
  const names =
    state.type === 'Pass' && state.result !== undefined
      ? passWithResult
      : shown[state.type][state.jsonata ? 'expressions' : 'paths']
  return Object.fromEntries(names.flatMap((name) => (fields.has(name) ? [[name, fields.get(name)]] : [])))
}

export function errorDetailsOf({ retry, catcher }: Recorder): ErrorDetails | undefined {
  if (retry !== undefined) {
    return { retryIndex: retry.retrier, retryBackoffIntervalSeconds: Math.round(retry.delayMs / 1000) }
  }
  return catcher === undefined ? undefined : { catchIndex: catcher }
}
