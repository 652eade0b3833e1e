/** Choice rules of both languages. */
import type { Json } from '../../base/index.ts'
import { noResult } from './expressions.ts'
import { both, checkShape, type Field, jsonataOnly, pathOnly, required, type Shape, shape } from './shape.ts'
import { flag, listOf, number, orExpression, text, timestamp } from './scalars.ts'
import { literalText, reference } from './paths.ts'
import { type Place } from './place.ts'
import { target } from './transitions.ts'
import { assignment, output } from './values.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

const orders = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals']

/** Comparisons with an operand: by type, each also as `…Path`. */
const compared: Readonly<Record<string, (operator: string) => Check>> = {
  String: literalText,
  Numeric: () => number(),
  Timestamp: () => timestamp,
}

const withPath = (operator: string, check: Check): readonly [string, Field][] => [
  [operator, pathOnly(check)],
  [`${operator}Path`, pathOnly(reference)],
]

/** What a rule with a Variable can ask about it. */
const operators: Readonly<Record<string, Field>> = Object.fromEntries([
  ...Object.entries(compared).flatMap(([type, operand]) =>
    orders.flatMap((order) => withPath(`${type}${order}`, operand(`${type}${order}`))),
  ),
  ...withPath('BooleanEquals', flag),
  ['StringMatches', pathOnly(text)],
  ...['IsNull', 'IsPresent', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp'].map((operator): [string, Field] => [
    operator,
    pathOnly(flag),
  ]),
])

const operatorNames = Object.keys(operators)
const selectors = ['And', 'Or', 'Not', 'Variable', 'Condition']

const condition: Readonly<Record<string, Field>> = {
  Comment: both(text),
  Variable: pathOnly(reference),
  ...operators,
  And: pathOnly((value, place, visit) => nestedRules(value, place, visit)),
  Or: pathOnly((value, place, visit) => nestedRules(value, place, visit)),
  Not: pathOnly((value, place, visit) => checkRule(nestedRuleShape, value, place, visit)),
}

export const nestedRuleShape = shape(condition)

export const ruleShape = shape({
  ...condition,
  Condition: jsonataOnly(orExpression(flag)),
  Next: required(both(target)),
  Assign: both(assignment(noResult)),
  Output: jsonataOnly(output(noResult)),
})

const nestedRules = listOf((value, place, visit) => checkRule(nestedRuleShape, value, place, visit), 1)

/** `Choices`. */
export const rules: Check = listOf((value, place, visit) => checkRule(ruleShape, value, place, visit), 1)

function checkRule(of: Shape, value: Json, place: Place, visit: Visit): void {
  if (!checkShape(of, value, place, visit)) return
  const allowed = of === ruleShape ? selectors : selectors.filter((name) => name !== 'Condition')
  if (allowed.filter((name) => value.has(name)).length !== 1)
    visit.run.report.schema(wording.oneSelector(allowed), place)
  if (!value.has('Variable') || visit.language === 'JSONata') return
  const asked = operatorNames.filter((name) => value.has(name)).length
  if (asked > 1) visit.run.report.schema(wording.atMostOneOf(operatorNames), place)
  if (asked === 0) visit.run.report.schema(wording.exactlyOneOf(operatorNames), place)
}
