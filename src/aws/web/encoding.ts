/** Bodies and queries as text. Pure. */
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, printJson } from '../../base/index.ts'

export const arrayFormats = ['INDICES', 'REPEAT', 'COMMAS', 'BRACKETS'] as const
export type ArrayFormat = (typeof arrayFormats)[number]

/** A form: `a=1&list[0]=x&deep[key]=y`; lists as the format says. */
export function urlEncoded(value: JsonObject, format: ArrayFormat): string {
  return pairsOf(value, format)
    .map(([name, text]) => `${encodedName(name)}=${text}`)
    .join('&')
}

type Pair = readonly [name: string, encodedValue: string]

function pairsOf(value: JsonObject, format: ArrayFormat): readonly Pair[] {
  return [...value].flatMap(([name, item]) => pairs(name, item, format))
}

function pairs(name: string, value: Json, format: ArrayFormat): readonly Pair[] {
  if (isJsonObject(value)) return [...value].flatMap(([key, item]) => pairs(`${name}[${key}]`, item, format))
  if (!isJsonArray(value)) return [[name, encodeURIComponent(textOf(value))]]
  switch (format) {
    case 'INDICES':
      return value.flatMap((item, at) => pairs(`${name}[${at}]`, item, format))
    case 'BRACKETS':
      return value.flatMap((item) => pairs(`${name}[]`, item, format))
    case 'REPEAT':
      return value.flatMap((item) => pairs(name, item, format))
    case 'COMMAS':
      return [[name, value.map((item) => encodeURIComponent(textOf(item))).join(',')]]
  }
}

/** Brackets are the form's own signs and stay as they are. */
const encodedName = (name: string): string => encodeURIComponent(name).replaceAll('%5B', '[').replaceAll('%5D', ']')

/** A scalar as it stands in a query or a form. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : printJson(value)
}

/** Whether it can stand in a query: a scalar, or a list of them. */
export function isQueryValue(value: Json): boolean {
  if (isJsonArray(value)) return value.every((item) => isScalar(item))
  return isScalar(value)
}

const isScalar = (value: Json): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || isJsonNumber(value)

/** The address with its query filled up; a list becomes one pair for each of its values. */
export function withQuery(address: string, query: JsonObject): string {
  const url = new URL(address)
  for (const [name, value] of query) {
    for (const item of isJsonArray(value) ? value : [value]) url.searchParams.append(name, textOf(item))
  }
  return url.href
}
