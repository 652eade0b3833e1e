/** What a simulation did against what its case expects. Pure. */
import type { Simulation } from '../asl/index.ts'
import { equalJson, formatDuration, jsonFromPlain, parseJson, printJson } from '../base/index.ts'
import type { Unanswered } from './mocks.ts'
import type { Expectation } from './schema.ts'

/** One difference, ready to be read. */
export type Difference = { readonly what: string; readonly expected: string; readonly actual: string }

export function judge(
  expected: Expectation,
  actual: Simulation,
  unanswered: readonly Unanswered[],
): readonly Difference[] {
  return [
    ...stuck(actual, unanswered),
    ...difference('status', expected.status ?? impliedStatus(expected), actual.status.toUpperCase()),
    ...pathDifference(expected.path, actual.path),
    ...outputDifference(expected.output, actual.output),
    ...difference('error', expected.error, actual.error ?? '(none)'),
    ...causeDifference(expected.cause, actual.cause),
    ...callDifferences(expected.calls, actual),
    ...difference('takes', mapped(expected.takes, formatDuration), formatDuration(actual.elapsedMs)),
  ]
}

/** An expected output means success, an expected error failure; when neither is told, an execution should succeed. */
function impliedStatus({ error, cause }: Expectation): string | undefined {
  if (error === 'States.Timeout') return undefined
  return error === undefined && cause === undefined ? 'SUCCEEDED' : 'FAILED'
}

function stuck(actual: Simulation, unanswered: readonly Unanswered[]): readonly Difference[] {
  if (actual.status !== 'running') return []
  const missing = unanswered.map(
    ({ stateName, input, reason }) => `${stateName} (${reason}; its input was ${short(input)})`,
  )
  const why = missing.length === 0 ? 'every task that is left is silent and has no timeout' : missing.join('; ')
  return [{ what: 'end', expected: 'that the execution ends', actual: `it waits for ever: ${why}` }]
}

function difference(what: string, expected: string | undefined, actual: string): readonly Difference[] {
  return expected === undefined || expected === actual ? [] : [{ what, expected, actual }]
}

function pathDifference(expected: readonly string[] | undefined, actual: readonly string[]): readonly Difference[] {
  return difference('path', mapped(expected, joined), joined(actual))
}

function outputDifference(expected: unknown, actual: string | undefined): readonly Difference[] {
  if (expected === undefined) return []
  const json = jsonFromPlain(expected)
  if (actual !== undefined && equalJson(json, parseJson(actual))) return []
  return [{ what: 'output', expected: printJson(json), actual: actual ?? '(none)' }]
}

function causeDifference(expected: string | undefined, actual: string | undefined): readonly Difference[] {
  const part = expected === undefined ? undefined : /^\/(.+)\/$/s.exec(expected)?.[1]
  if (part !== undefined && actual?.includes(part) === true) return []
  return difference('cause', expected, actual ?? '(none)')
}

function callDifferences(expected: Expectation['calls'] = {}, { calls }: Simulation): readonly Difference[] {
  return Object.entries(expected).flatMap(([state, count]) => {
    const actual = calls.filter(({ stateName }) => stateName === state).length
    return difference(`calls of ${state}`, String(count), String(actual))
  })
}

const joined = (path: readonly string[]): string => path.join(' → ')

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

function mapped<T>(value: T | undefined, map: (value: T) => string): string | undefined {
  return value === undefined ? undefined : map(value)
}
