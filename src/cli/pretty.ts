/** JSON for people: indented, numbers as they were spelled. */
import { isJsonArray, isJsonObject, type Json, type JsonText, parseJson, printJson } from '../base/index.ts'

export function prettyJson(text: JsonText): string {
  return pretty(parseJson(text), '')
}

function pretty(value: Json, indent: string): string {
  const inner = `${indent}  `
  if (isJsonArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((item) => inner + pretty(item, inner)).join(',\n')}\n${indent}]`
  }
  if (!isJsonObject(value)) return printJson(value)
  if (value.size === 0) return '{}'
  const members = [...value].map(([key, member]) => `${inner}${JSON.stringify(key)}: ${pretty(member, inner)}`)
  return `{\n${members.join(',\n')}\n${indent}}`
}
