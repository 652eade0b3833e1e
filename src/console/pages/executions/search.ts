/** What the addresses of these pages hold: filters, the selected state, what is looked at of it. */
import { accepted } from '../../api/generated.ts'

export const statuses = accepted.executionList_status
export type Status = (typeof statuses)[number]
export const periods = ['hour', 'day', 'week'] as const
export type Period = (typeof periods)[number]

export type ExecutionsSearch = {
  readonly name?: string
  readonly machine?: string
  /** Executions of this Map Run instead. */
  readonly mapRun?: string
  readonly status?: Status
  readonly error?: string
  /** Text in the input. */
  readonly input?: string
  readonly since?: Period
}

type Given = Readonly<Record<string, unknown>>

export const executionsSearch = (given: Given): ExecutionsSearch => ({
  ...text(given, 'name'),
  ...text(given, 'machine'),
  ...text(given, 'mapRun'),
  ...text(given, 'error'),
  ...text(given, 'input'),
  ...oneOf(given, 'status', statuses),
  ...oneOf(given, 'since', periods),
})

export const inspectorTabs = ['flow', 'variables', 'attempts', 'events', 'iterations', 'definition'] as const
export type InspectorTab = (typeof inspectorTabs)[number]
export const sides = ['events', 'timeline'] as const

export type Trace = readonly [side: string, ...keys: (string | number)[]]

export type ExecutionSearch = {
  readonly state?: string
  /** Which stay in the state: the id of the event that began it. */
  readonly visit?: number
  /** The moment that is looked at: everything as it was at this event. */
  readonly at?: number
  /** The field whose lineage is shown: whether of input, output or a variable, then the names that lead to it. */
  readonly trace?: Trace
  readonly tab?: InspectorTab
  readonly side?: (typeof sides)[number]
}

export const executionSearch = (given: Given): ExecutionSearch => ({
  ...text(given, 'state'),
  ...(typeof given['visit'] === 'number' ? { visit: given['visit'] } : {}),
  ...(typeof given['at'] === 'number' && given['at'] >= 1 ? { at: Math.floor(given['at']) } : {}),
  ...traced(given['trace']),
  ...oneOf(given, 'tab', inspectorTabs),
  ...oneOf(given, 'side', sides),
})

function traced(trace: unknown): { readonly trace?: Trace } {
  if (!Array.isArray(trace)) return {}
  const [side, ...keys]: readonly unknown[] = trace
  const known = keys.filter((key) => typeof key === 'string' || typeof key === 'number')
  return typeof side === 'string' && known.length === keys.length ? { trace: [side, ...known] } : {}
}

/** Query parameters that look like numbers are parsed as such: a name may be all digits. */
function text<Key extends string>(given: Given, key: Key): { readonly [K in Key]?: string } {
  const value = given[key]
  const found = typeof value === 'number' ? String(value) : value
  if (typeof found !== 'string' || found === '') return {}
  return { [key]: found } as { readonly [K in Key]: string } // a computed key loses its name
}

function oneOf<Key extends string, Value extends string>(given: Given, key: Key, accepted: readonly Value[]) {
  const found = accepted.find((value) => value === given[key])
  return (found === undefined ? {} : { [key]: found }) as { readonly [K in Key]?: Value } // as above
}
