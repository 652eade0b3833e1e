/** A case of mocks as it is edited, and as `holdfast asl test` takes it. Payloads are JSON text until then. Pure. */
import { graphOf, type Graph } from '../../../../asl/index.ts'
import { isJsonText, JsonSyntaxError, parseJson } from '../../../../base/index.ts'
import type { Rehearsed } from '../../../api/generated.ts'

export type Mock = {
  readonly kind: 'output' | 'error' | 'silent'
  /** JSON text of an output. */
  readonly output: string
  readonly error: string
  readonly cause: string
  /** A duration such as `2s`; empty: at once. */
  readonly after: string
}

export type MockCase = {
  readonly name: string
  readonly input: string
  readonly startAt: string
  readonly mocks: Readonly<Record<string, readonly Mock[]>>
  /** What readers of distributed Maps would have read. */
  readonly items: Readonly<Record<string, string>>
}

export const freshMock: Mock = { kind: 'output', output: '{}', error: '', cause: '', after: '' }

export const freshCase = (name: string, input = '{}'): MockCase => ({ name, input, startAt: '', mocks: {}, items: {} })

/** States that something outside would answer, and Maps that would read. In the order of the text. */
export type Answering = { readonly tasks: readonly string[]; readonly readers: readonly string[] }

export function answeringIn(definition: string): Answering | undefined {
  try {
    return collect(graphOf(parseJson(definition)))
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

function collect({ nodes }: Graph): Answering {
  const inside = nodes.flatMap(({ scopes }) => scopes.map(({ graph }) => collect(graph)))
  return {
    tasks: [
      ...nodes.filter(({ type }) => type === 'Task').map(({ name }) => name),
      ...inside.flatMap(({ tasks }) => tasks),
    ],
    readers: [
      ...nodes.filter(({ type, summary }) => type === 'Map' && summary.startsWith('items of ')).map(({ name }) => name),
      ...inside.flatMap(({ readers }) => readers),
    ],
  }
}

/** Where a payload is no JSON: `input`, `Pay 2`. */
export function faultyPlaces({ input, mocks, items }: MockCase): readonly string[] {
  return [
    ...(isJsonText(input) ? [] : ['input']),
    ...Object.entries(mocks).flatMap(([state, answers]) =>
      answers.flatMap(({ kind, output }, index) =>
        kind === 'output' && !isJsonText(output) ? [`${state} ${index + 1}`] : [],
      ),
    ),
    ...Object.entries(items).flatMap(([state, text]) => (text === '' || isJsonText(text) ? [] : [state])),
  ]
}

/** As the route takes it, and a file of cases holds it. The payloads must be JSON. */
export function caseToSend({ name, input, startAt, mocks, items }: MockCase): Readonly<Record<string, unknown>> {
  const answered = Object.entries(mocks).filter(([, answers]) => answers.length > 0)
  const read = Object.entries(items).filter(([, text]) => text !== '')
  return {
    name,
    input: valueOf(input),
    ...(startAt === '' ? {} : { startAt }),
    ...(answered.length === 0
      ? {}
      : { mocks: Object.fromEntries(answered.map(([state, answers]) => [state, answers.map(mockToSend)])) }),
    ...(read.length === 0 ? {} : { items: Object.fromEntries(read.map(([state, text]) => [state, valueOf(text)])) }),
  }
}

function mockToSend({ kind, output, error, cause, after }: Mock): Readonly<Record<string, unknown>> {
  const late = after === '' ? {} : { after }
  if (kind === 'silent') return { silent: true }
  if (kind === 'output') return { output: valueOf(output), ...late }
  return { error: error === '' ? 'States.TaskFailed' : error, ...(cause === '' ? {} : { cause }), ...late }
}

const valueOf = (text: string): unknown => JSON.parse(text)

/** What came of a run, to be expected of the next. */
export function expectationOf({
  status,
  path,
  output,
  error,
  elapsedMs,
}: Rehearsed): Readonly<Record<string, unknown>> {
  return {
    ...(status === 'RUNNING' ? {} : { status }),
    path,
    ...(output === undefined ? {} : { output: valueOf(output) }),
    ...(error === undefined ? {} : { error }),
    ...(elapsedMs % 1000 === 0
      ? { takes: elapsedMs === 0 ? '0s' : `${elapsedMs / 1000}s` }
      : { takes: `${elapsedMs}ms` }),
  }
}

/** The file of `holdfast asl test`: YAML takes JSON as it is. */
export function caseFile(machineFile: string, cases: readonly MockCase[], ran: ReadonlyMap<string, Rehearsed>): string {
  const told = cases.map((one) => {
    const result = ran.get(one.name)
    return { ...caseToSend(one), expect: result === undefined ? {} : expectationOf(result) }
  })
  return `${JSON.stringify({ machine: machineFile, cases: told }, null, 2)}\n`
}

// ---- kept in the browser

export type CaseStore = Pick<Storage, 'getItem' | 'setItem'>

const nameOf = (machine: string): string => `holdfast.cases.${machine}`

export function readCases(store: CaseStore, machine: string): readonly MockCase[] {
  const kept = store.getItem(nameOf(machine))
  if (kept === null) return []
  try {
    const value: unknown = JSON.parse(kept)
    return Array.isArray(value) ? value.filter(isCase) : []
  } catch {
    // Somebody else's: as good as none.
    return []
  }
}

export function keepCases(store: CaseStore, machine: string, cases: readonly MockCase[]): void {
  try {
    store.setItem(nameOf(machine), JSON.stringify(cases))
  } catch {
    // The quota of the storage: they stay as long as the page does.
  }
}

function isCase(value: unknown): value is MockCase {
  const found = Object(value) as Readonly<Record<string, unknown>> // of whatever kind: each member is looked at
  const isText = (name: string): boolean => typeof found[name] === 'string'
  const isObject = (name: string): boolean => typeof found[name] === 'object' && found[name] !== null
  return isText('name') && isText('input') && isText('startAt') && isObject('mocks') && isObject('items')
}
