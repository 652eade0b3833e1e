/** Strings, numbers, flags and fixed choices; in JSONata states also the expressions that may stand for them. */
import { isJsonArray, isJsonNumber, type Json } from '../../base/index.ts'
import { parseTimestamp } from '../timestamp.ts'
import { checkExpression, noResult, startsExpression } from './expressions.ts'
import { itemOf } from './place.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

export const text: Check = (value, place, { run }) => {
  if (typeof value !== 'string') run.report.schema(wording.expected('[STRING]'), place)
}

export const flag: Check = (value, place, { run }) => {
  if (typeof value !== 'boolean') run.report.schema(wording.expected('[BOOLEAN]'), place)
}

/** A number as it stands: operands of comparisons, `BackoffRate`. */
export const number =
  (least?: number): Check =>
  (value, place, { run }) => {
    if (!isJsonNumber(value)) run.report.schema(wording.expected('[NUMBER]'), place)
    else if (least !== undefined && Number(value) < least) run.report.schema(wording.minimum(least), place)
  }

export const integer =
  (least: number, most?: number): Check =>
  (value, place, { run }) => {
    if (!isJsonNumber(value) || !Number.isInteger(Number(value))) {
      run.report.schema(wording.expected('Integer'), place)
    } else if (Number(value) < least) run.report.schema(wording.minimum(least), place)
    else if (most !== undefined && Number(value) > most) run.report.schema(wording.maximum(most), place)
  }

export const percentage: Check = (value, place, visit) => {
  number(0)(value, place, visit)
  if (isJsonNumber(value) && Number(value) > 100) visit.run.report.schema(wording.maximum(100), place)
}

export const oneOf =
  (...values: readonly string[]): Check =>
  (value, place, visit) => {
    if (typeof value !== 'string') text(value, place, visit)
    else if (!values.includes(value)) visit.run.report.schema(wording.oneOfValues(values), place)
  }

/** RFC 3339 has seconds always; at run time AWS is more patient than that. */
export const timestamp: Check = (value, place, visit) => {
  if (typeof value !== 'string') text(value, place, visit)
  else if (!/T\d\d:\d\d:\d\d/.test(value) || parseTimestamp(value) === undefined) {
    visit.run.report.schema(wording.timestamp, place)
  }
}

/** The literal that `check` accepts, or in a JSONata state an expression that yields it. */
export const orExpression =
  (check: Check): Check =>
  (value, place, visit) => {
    if (isExpressionOf(value, visit)) checkExpression(value, place, visit, noResult)
    else check(value, place, visit)
  }

const isExpressionOf = (value: Json, visit: Visit): value is string =>
  typeof value === 'string' && visit.language === 'JSONata' && startsExpression(value)

/** A list, each item checked. */
export const listOf =
  (check: Check, least = 0): Check =>
  (value, place, visit) => {
    if (!isJsonArray(value)) visit.run.report.schema(wording.expected('[ARRAY]'), place)
    else if (value.length < least) visit.run.report.schema(wording.empty, place)
    else value.forEach((item, i) => check(item, itemOf(place, i), visit))
  }
