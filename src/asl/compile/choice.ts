/** Choice rules of both languages → conditions. */
import { equalJson, isJsonNumber, isJsonObject, type Json, type JsonObject, printJson } from '../../base/index.ts'
import { compileValue } from '../intrinsic/index.ts'
import type { ChoiceRule, Condition } from '../machine.ts'
import { timestampNanos } from '../timestamp.ts'
import { uncompilable } from './compilation.ts'
import { assignments, type Fields, objects, template } from './fields.ts'
import { compileExpression, isExpression } from './value.ts'

export function compileRules(fields: Fields): readonly ChoiceRule[] {
  return objects(fields.body.get('Choices')).map((rule, i) => ({
    next: fields.target(rule.get('Next')),
    condition: fields.jsonata ? expressionCondition(rule.get('Condition'), i) : compileCondition(rule),
    output: fields.jsonata ? template(fields, rule.get('Output'), `Choices[${i}]/Output`) : undefined,
    assign: assignments(fields, rule.get('Assign'), `Choices[${i}]/Assign`),
  }))
}

function expressionCondition(condition: Json | undefined, i: number): Condition {
  if (typeof condition === 'boolean') return { kind: 'literal', value: condition }
  if (typeof condition !== 'string' || !isExpression(condition)) throw uncompilable('a Condition is no expression')
  return { kind: 'expression', expression: compileExpression(condition, `Choices[${i}]/Condition`) }
}

function compileCondition(rule: JsonObject): Condition {
  for (const kind of ['And', 'Or'] as const) {
    if (rule.has(kind)) {
      return { kind: kind === 'And' ? 'and' : 'or', conditions: objects(rule.get(kind)).map(compileCondition) }
    }
  }
  const negated = rule.get('Not')
  if (negated !== undefined && isJsonObject(negated)) return { kind: 'not', condition: compileCondition(negated) }
  return compileComparison(rule)
}

function compileComparison(rule: JsonObject): Condition {
  const path = rule.get('Variable')
  if (typeof path !== 'string') throw uncompilable('a choice rule has no Variable')
  const variable = compileValue(path)
  for (const [name, operand] of rule) {
    if (name === 'IsPresent') return { kind: 'present', variable, expected: operand === true }
    const byPath = name.endsWith('Path')
    const holds = comparison(byPath ? name.slice(0, -4) : name)
    if (holds === undefined) continue
    return { kind: 'compare', variable, operand: byPath ? compileValue(textOf(operand)) : operand, byPath, holds }
  }
  throw uncompilable('a choice rule has no comparison')
}

/** The checker lets only texts pass where a path has to stand. */
const textOf = (json: Json): string => (typeof json === 'string' ? json : printJson(json))

type Comparison = (value: Json, operand: Json) => boolean

const comparison = (name: string): Comparison | undefined =>
  Object.hasOwn(comparisons, name) ? comparisons[name] : undefined

/** `a` and `b` ordered by the type's own order; false when either is not of the type. */
function ordered<T>(read: (json: Json) => T | undefined, holds: (a: T, b: T) => boolean): Comparison {
  return (value, operand) => {
    const a = read(value)
    const b = read(operand)
    return a !== undefined && b !== undefined && holds(a, b)
  }
}

const asString = (json: Json): string | undefined => (typeof json === 'string' ? json : undefined)
const asNumber = (json: Json): number | undefined => (isJsonNumber(json) ? Number(json) : undefined)
const asTime = (json: Json): bigint | undefined => (typeof json === 'string' ? timestampNanos(json) : undefined)

/** `IsString: true` and the like: the operand is the expected answer. */
const isKind =
  (test: (value: Json) => boolean): Comparison =>
  (value, operand) =>
    test(value) === operand

const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: ordered(asString, (a, b) => a === b),
  StringLessThan: ordered(asString, (a, b) => a < b),
  StringGreaterThan: ordered(asString, (a, b) => a > b),
  StringLessThanEquals: ordered(asString, (a, b) => a <= b),
  StringGreaterThanEquals: ordered(asString, (a, b) => a >= b),
  StringMatches: ordered(asString, matchesWildcards),
  NumericEquals: ordered(asNumber, (a, b) => a === b),
  NumericLessThan: ordered(asNumber, (a, b) => a < b),
  NumericGreaterThan: ordered(asNumber, (a, b) => a > b),
  NumericLessThanEquals: ordered(asNumber, (a, b) => a <= b),
  NumericGreaterThanEquals: ordered(asNumber, (a, b) => a >= b),
  BooleanEquals: (value, operand) => typeof value === 'boolean' && equalJson(value, operand),
  TimestampEquals: ordered(asTime, (a, b) => a === b),
  TimestampLessThan: ordered(asTime, (a, b) => a < b),
  TimestampGreaterThan: ordered(asTime, (a, b) => a > b),
  TimestampLessThanEquals: ordered(asTime, (a, b) => a <= b),
  TimestampGreaterThanEquals: ordered(asTime, (a, b) => a >= b),
  IsNull: isKind((value) => value === null),
  IsNumeric: isKind(isJsonNumber),
  IsString: isKind((value) => typeof value === 'string'),
  IsBoolean: isKind((value) => typeof value === 'boolean'),
  IsTimestamp: isKind((value) => asTime(value) !== undefined),
}

/** `*` is any run of characters, `\*` a star, `\\` a backslash. Linear in text × stars, never exponential. */
export function matchesWildcards(text: string, pattern: string): boolean {
  const [first = '', ...rest] = literalRuns(pattern)
  if (rest.length === 0) return text === first
  const last = rest.pop() ?? ''
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const run of rest) {
    const found = text.indexOf(run, at)
    if (found < 0) return false
    at = found + run.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/** The pattern cut at its stars, escapes resolved. */
function literalRuns(pattern: string): string[] {
  const runs = ['']
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i)
    const next = pattern.charAt(i + 1)
    if (c === '*') runs.push('')
    else if (c === '\\' && (next === '*' || next === '\\')) {
      runs.push((runs.pop() ?? '') + next)
      i++
    } else runs.push((runs.pop() ?? '') + c)
  }
  return runs
}
