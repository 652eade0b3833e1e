/** Functions at the end of a path. Jayway has them; AWS documents that it does not support them. */
import { isJsonArray, isJsonNumber, isJsonObject, type Json } from '../../base/index.ts'
import { javaText, jsonFromDouble } from './java-text.ts'

/** `value` is what the path before the function gave. Undefined when there is no answer. */
type PathFunction = (value: Json, parameters: readonly Json[]) => Json | undefined

export type PathFunctionName = keyof typeof pathFunctions

export const pathFunctions = {
  length: size,
  size,
  keys: (value) => (isJsonObject(value) ? [...value.keys()] : null),
  sum: (value, parameters) => aggregate(value, parameters, total),
  min: (value, parameters) => aggregate(value, parameters, (numbers) => numbers.reduce((a, b) => Math.min(a, b))),
  max: (value, parameters) => aggregate(value, parameters, (numbers) => numbers.reduce((a, b) => Math.max(a, b))),
  avg: (value, parameters) => aggregate(value, parameters, (numbers) => total(numbers) / numbers.length),
  stddev: (value, parameters) => aggregate(value, parameters, deviation),
  concat: (value, parameters) => {
    const own = isJsonArray(value) ? value.filter((item) => typeof item === 'string') : []
    return own.join('') + spread(parameters).map(text).join('')
  },
  append: (value, parameters) => (isJsonArray(value) ? [...value, ...parameters] : value),
  first: (value) => itemAt(value, 0),
  last: (value) => itemAt(value, -1),
  index: (value, parameters) => {
    const [place] = parameters
    return place !== undefined && isJsonNumber(place) ? itemAt(value, Math.trunc(Number(place))) : undefined
  },
} satisfies Record<string, PathFunction>

export function isPathFunction(name: string): name is PathFunctionName {
  return Object.hasOwn(pathFunctions, name)
}

function size(value: Json, [subject = value]: readonly Json[]): Json {
  if (isJsonArray(subject)) return subject.length
  return isJsonObject(subject) ? subject.size : null
}

/** Over the numbers among the items and the parameters; without any there is no answer. */
function aggregate(
  value: Json,
  parameters: readonly Json[],
  combine: (numbers: readonly number[]) => number,
): Json | undefined {
  const items = isJsonArray(value) ? [...value, ...spread(parameters)] : spread(parameters)
  const numbers = items.filter(isJsonNumber).map(Number)
  return numbers.length === 0 ? undefined : jsonFromDouble(combine(numbers))
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

function deviation(numbers: readonly number[]): number {
  const mean = total(numbers) / numbers.length
  const squares = total(numbers.map((number) => number * number)) / numbers.length
  return Math.sqrt(squares - mean * mean)
}

/** A list parameter stands for its items. */
function spread(parameters: readonly Json[]): readonly Json[] {
  return parameters.flatMap((parameter) => (isJsonArray(parameter) ? parameter : [parameter]))
}

function text(value: Json): string {
  return value === null ? '' : typeof value === 'string' ? value : javaText(value)
}

function itemAt(value: Json, place: number): Json | undefined {
  if (!isJsonArray(value)) return undefined
  return value[place < 0 ? value.length + place : place]
}
