/** Evaluated fields with AWS's wording of what can be wrong with them. */
import { isJsonNumber, type Json, type JsonText, printJson } from '../../base/index.ts'
import { evaluateTyped, type FieldPath, readField, readPath, readPathText, type ValueWorld } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure } from '../failure.ts'
import type { Assignments, Filter, NumberField, TextField } from '../machine.ts'
import { evaluateTemplate } from '../compile/value.ts'

/** InputPath and OutputPath: undefined passes the document on unparsed, null gives `{}`. */
export function applyFilter(filter: Filter, world: ValueWorld): JsonText {
  if (filter === undefined) return world.document
  return filter === null ? '{}' : readPathText(filter, world)
}

/** A whole number of seconds, iterations …; JSONata's doubles are floored. */
export function readInteger(field: NumberField, name: string, world: ValueWorld): number {
  switch (field.kind) {
    case 'literal':
      return field.value
    case 'expression':
      return Math.floor(Number(evaluateTyped(field.expression, 'number', world)))
    case 'path':
      return integerAt(field.value, `${name}Path`, world)
    default:
      return field satisfies never
  }
}

const longestSeconds = 99_999_999

/** A timeout: at least a second, at most what the language allows in the text. */
export function readSeconds(field: NumberField, name: string, world: ValueWorld): number {
  const seconds = readInteger(field, name, world)
  if (seconds >= 1 && seconds <= longestSeconds) return seconds
  const limits = `It must be an integer from 1 to ${longestSeconds}.`
  if (field.kind !== 'path') throw evaluationFailure(`The ${name} field has the value ${seconds}. ${limits}`, name)
  throw runtimeFailure(`The ${field.field} parameter has the value ${seconds}: ${field.value.text}. ${limits}`)
}

function integerAt(path: FieldPath, field: string, world: ValueWorld): number {
  const value = readPath(path, world)
  if (isJsonNumber(value) && Number.isInteger(Number(value))) return Number(value)
  if (field === 'MaxConcurrencyPath') {
    throw runtimeFailure(
      `The ${field} field refers to value "${plainText(value)}" which is not a valid integer: ${path.text}`,
    )
  }
  throw runtimeFailure(`The ${field} parameter cannot be parsed as a long value: ${path.text} == ${plainText(value)}`)
}

/** Strings without quotes, the rest as JSON: how AWS quotes values in causes. */
export const plainText = (value: Json): string => (typeof value === 'string' ? value : printJson(value))

/** `Error`, `Cause`, `RoleArn` and their paths. */
export function readText(field: TextField, world: ValueWorld): string {
  switch (field.kind) {
    case 'literal':
      return field.text
    case 'expression':
      return plainText(evaluateTyped(field.expression, 'string', world))
    case 'path': {
      const value = readField(field.value, field.field, world)
      if (typeof value === 'string') return value
      throw runtimeFailure(
        `The ${field.field} parameter does not refer to a string: ${field.value.text} == ${printJson(value)}`,
      )
    }
    default:
      return field satisfies never
  }
}

export function timestampFailure(field: TextField, value: string): Error {
  if (field.kind === 'expression') {
    return evaluationFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`,
      'Timestamp',
    )
  }
  const path = field.kind === 'path' ? field.value.text : 'Timestamp'
  return runtimeFailure(
    `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${value}`,
  )
}

/** New values of variables, all seen from the values at entry. */
export function evaluateAssignments(
  assignments: Assignments | undefined,
  world: ValueWorld,
): ReadonlyMap<string, JsonText> | undefined {
  if (assignments === undefined || assignments.length === 0) return undefined
  return new Map(assignments.map(({ name, value }) => [name, evaluateTemplate(value, world)]))
}
