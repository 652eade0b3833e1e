/** Retry and Catch. */
import { isJsonArray, isJsonObject, type Json } from '../../base/index.ts'
import { resultPath } from './paths.ts'
import { itemOf, memberOf, type Place } from './place.ts'
import { both, jsonataOnly, pathOnly, required, shape, shaped } from './shape.ts'
import { integer, listOf, number, oneOf, text } from './scalars.ts'
import { target } from './transitions.ts'
import { assignment, output } from './values.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

const longestSeconds = 99_999_999
const errorNames = listOf(text, 1)
const errorOutput = { result: false, errorOutput: true }

export const retrierShape = shape({
  ErrorEquals: required(both(errorNames)),
  Comment: both(text),
  // The language asks for at least 1; AWS accepts 0 (measured), and retries at once.
  IntervalSeconds: both(integer(0, longestSeconds)),
  MaxAttempts: both(integer(0, longestSeconds)),
  BackoffRate: both(number(1)),
  MaxDelaySeconds: both(integer(1, 31_622_400)),
  JitterStrategy: both(oneOf('NONE', 'FULL')),
})

export const catcherShape = shape({
  ErrorEquals: required(both(errorNames)),
  Next: required(both(target)),
  Comment: both(text),
  ResultPath: pathOnly(resultPath),
  Output: jsonataOnly(output(errorOutput)),
  Assign: both(assignment(errorOutput)),
})

/** The list, and States.ALL alone in its last member. */
const catching =
  (member: Check): Check =>
  (value, place, visit) => {
    listOf(member)(value, place, visit)
    if (isJsonArray(value)) value.forEach((item, i) => checkAll(item, itemOf(place, i), i === value.length - 1, visit))
  }

function checkAll(member: Json, place: Place, last: boolean, { run }: Visit): void {
  const names = isJsonObject(member) ? member.get('ErrorEquals') : undefined
  if (names === undefined || !isJsonArray(names)) return
  const at = names.indexOf('States.ALL')
  if (at < 0 || (last && names.length === 1)) return
  run.report.schema(wording.allAlone, itemOf(memberOf(place, 'ErrorEquals'), at))
}

export const retry: Check = catching(shaped(retrierShape))
export const catchers: Check = catching(shaped(catcherShape))
