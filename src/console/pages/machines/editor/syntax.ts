/** Text that is JSON, or where it is not; and what a finding is. Pure, and without the checker, which is large. */
import { isJsonArray, isJsonObject, type Json, JsonSyntaxError, parseJson, printJson } from '../../../../base/index.ts'
import type { Span } from './places.ts'

export type Change = Span & { readonly insert: string }
/** `field` and `by` are what it says. */
export type Fix = {
  readonly kind: 'rename' | 'replace' | 'remove' | 'end'
  readonly by: string
  readonly changes: readonly Change[]
}

export type Finding = Span & {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly place: string
  readonly fixes: readonly Fix[]
}

/** A text that is no JSON has one finding, which needs no server. */
export function syntaxFinding(text: string): Finding | undefined {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    const from = Math.min(error.offset, Math.max(0, text.length - 1))
    return {
      ...{ from, to: Math.min(text.length, from + 1), severity: 'error', code: 'INVALID_JSON_DESCRIPTION' },
      ...{ message: error.reason, place: `${error.line}:${error.column}`, fixes: [] },
    }
  }
}

/** To be read: what stands in one line, as programs send it, is formatted; what somebody has laid out stays as it is. */
export const legible = (text: string): string => (text.trim().includes('\n') ? text : (formatted(text) ?? text))

/** As two spaces indent it; undefined of a text that is no JSON. Numbers keep their spelling. */
export function formatted(text: string): string | undefined {
  try {
    return indented(parseJson(text), '')
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

const longestLine = 90

function indented(value: Json, indent: string): string {
  const inner = `${indent}  `
  const line = oneLine(value)
  const isFlat = !isJsonObject(value) || value.size === 0
  if (isFlat && line.length + indent.length <= longestLine) return line
  if (isJsonArray(value)) return `[\n${value.map((one) => inner + indented(one, inner)).join(',\n')}\n${indent}]`
  if (!isJsonObject(value)) return line
  const members = [...value].map(([name, one]) => `${inner}${JSON.stringify(name)}: ${indented(one, inner)}`)
  return `{\n${members.join(',\n')}\n${indent}}`
}

function oneLine(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (!isJsonObject(value)) return printJson(value)
  const members = [...value].map(([name, one]) => `${JSON.stringify(name)}: ${oneLine(one)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
