/** The checker: a definition's text in, what AWS would say about it out. Pure, total, linear in the text. */
import { byteLength, isJsonObject, type JsonObject, JsonSyntaxError, parseJson } from '../../base/index.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { ExpressionChecker } from '../ports.ts'
import { checkOwnership } from './ownership.ts'
import { rootPlace } from './place.ts'
import { Report } from './report.ts'
import type { Scope } from './scope.ts'
import { checkMachine } from './scopes.ts'
import { checkStates, languageOf } from './states.ts'
import { syntaxDiagnostic } from './syntax.ts'
import { checkTransitions } from './transitions.ts'
import type { MachineType, Run } from './visit.ts'
import { wording } from './wording.ts'

export type CheckOptions = {
  readonly type: MachineType
  readonly expressions: ExpressionChecker
  /** The longest definition in bytes of UTF-8; AWS takes 1 MiB. Absent: any length. */
  readonly maxBytes?: number
}

/**
 * What ValidateStateMachineDefinition says: errors (the definition cannot be created), then warnings, each in the order
 * of the text, what concerns the whole machine after what concerns a place; at most `maxDiagnostics` of each. Of a text
 * that is no JSON there is one. Never throws.
 */
export function checkDefinition(text: string, options: CheckOptions): readonly Diagnostic[] {
  const report = new Report()
  const { maxBytes } = options
  if (maxBytes !== undefined && isLonger(text, maxBytes)) {
    report.schema(wording.tooLong(byteLength(text), maxBytes), rootPlace)
    return report.diagnostics
  }
  const definition = readDefinition(text)
  if ('severity' in definition) return [definition]
  const root = checkMachine(definition, rootPlace, runOver(definition, report, options))
  checkOwnership(root, report)
  checkTransitions(root, report)
  return report.diagnostics
}

/** The text that CreateStateMachine refuses with: the errors only, each with code, message and location. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR')
  const told = errors.map(({ code, message, location }) => `${code}: ${message} at ${location ?? 'null'}`)
  return `Invalid State Machine Definition: '${told.join(', ')}'`
}

/**
 * The variables that each state reads, as `variableReferences` of DescribeStateMachine has them: names without `$`,
 * sorted; states that read none are left out. A text that is no definition reads nothing.
 */
export function variableReferences(
  text: string,
  expressions: ExpressionChecker,
): ReadonlyMap<string, readonly string[]> {
  const definition = readDefinition(text)
  if ('severity' in definition) return new Map()
  const run = runOver(definition, new Report(), { type: 'STANDARD', expressions }, true)
  const references = new Map<string, Set<string>>()
  collectReads(checkMachine(definition, rootPlace, run), references)
  return new Map([...references].map(([state, names]) => [state, [...names].toSorted()]))
}

function collectReads(scope: Scope, into: Map<string, Set<string>>): void {
  for (const { state, names } of scope.reads) {
    const known = into.get(state) ?? new Set()
    into.set(state, known)
    for (const name of names) known.add(name)
  }
  for (const child of scope.children) collectReads(child, into)
}

function runOver(definition: JsonObject, report: Report, options: CheckOptions, wantsReads = false): Run {
  return {
    report,
    type: options.type,
    expressions: options.expressions,
    language: languageOf(definition, 'JSONPath'),
    stateNames: new Set(),
    labels: new Set(),
    wantsReads,
    checkStates,
  }
}

function readDefinition(text: string): JsonObject | Diagnostic {
  const notAnObject: Diagnostic = { severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: wording.notAnObject }
  if (/^[ \t\r\n]*$/.test(text)) return notAnObject
  try {
    const definition = parseJson(text)
    return isJsonObject(definition) ? definition : notAnObject
  } catch (error) {
    if (error instanceof JsonSyntaxError) return syntaxDiagnostic(error, text)
    throw error
  }
}

/** Counts bytes only when the characters alone do not settle it. */
const isLonger = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && byteLength(text) > bytes)
