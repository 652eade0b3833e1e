/** JSONata: strings `{% … %}`, alone or anywhere inside a value. */
import { isJsonArray, isJsonObject, type Json } from '../../base/index.ts'
import type { ExpressionPlace } from '../ports.ts'
import { itemOf, memberOf, type Place } from './place.ts'
import type { Check, Visit } from './visit.ts'
import { readVariables } from './variables.ts'
import { wording } from './wording.ts'

export const noResult: ExpressionPlace = { result: false, errorOutput: false }

export const startsExpression = (text: string): boolean => text.startsWith('{%')

const isExpression = (text: string): boolean => startsExpression(text) && text.endsWith('%}') && text.length >= 4

/** Any JSON with expressions in it; `offers` says which members of `$states` they find there. */
export const expressions =
  (offers: ExpressionPlace): Check =>
  (value, place, visit) =>
    checkValue(value, place, visit, offers)

function checkValue(value: Json, place: Place, visit: Visit, offers: ExpressionPlace): void {
  if (typeof value === 'string') {
    if (startsExpression(value)) checkExpression(value, place, visit, offers)
  } else if (isJsonArray(value)) {
    value.forEach((item, i) => checkValue(item, itemOf(place, i), visit, offers))
  } else if (isJsonObject(value)) {
    for (const [name, member] of value) checkValue(member, memberOf(place, name), visit, offers)
  }
}

/** A text that starts as an expression. */
export function checkExpression(text: string, place: Place, visit: Visit, offers: ExpressionPlace): void {
  const { report, expressions: checker, wantsReads } = visit.run
  if (!isExpression(text)) return report.schema(wording.openExpression, place)
  const source = text.slice(2, -2)
  for (const fault of checker.check(source, offers)) report.error(fault.code, fault.message, place)
  // Asked only when someone wants to know: it parses the expression once more.
  if (wantsReads || visit.scope.guarded) readVariables(checker.variables(source), visit)
}
