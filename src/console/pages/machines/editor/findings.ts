/** What the checker found, placed in the text, with the repairs that it knows. Pure. */
import { isJsonArray, isJsonObject, type Json, nearestWord, parseJson, sourceSpanOf } from '../../../../base/index.ts'
import { fieldNames, stateTypes } from '../../../../asl/index.ts'
import type { Diagnostic } from '../../../api/generated.ts'
import type { Span } from './places.ts'
import type { Finding, Fix } from './syntax.ts'

/** Of a text that is JSON. */
export function findingsOf(text: string, diagnostics: readonly Diagnostic[]): readonly Finding[] {
  const definition = parseJson(text)
  return diagnostics.map(({ severity, code, message, location = '/' }) => {
    const span = sourceSpanOf(text, location)
    return {
      ...firstLine(text, span),
      ...{ severity: severity === 'ERROR' ? 'error' : 'warning', code, message, place: location },
      fixes: fixesFor({ text, definition, location, message }),
    }
  })
}

/** Of an object its name, and no more: a whole state that is underlined says nothing. */
function firstLine(text: string, { from, to }: Span): Span {
  const end = text.indexOf('\n', from)
  return { from, to: Math.max(from + 1, end === -1 ? to : Math.min(to, end)) }
}

type Faulty = {
  readonly text: string
  readonly definition: Json
  readonly location: string
  readonly message: string
}

function fixesFor(faulty: Faulty): readonly Fix[] {
  const { message } = faulty
  const unsupported = /^Field '(.+)' is not supported$/.exec(message)?.[1]
  if (unsupported !== undefined) return unsupportedField(faulty, unsupported)
  const target = /^Missing 'Next' target: (.+)$/.exec(message)?.[1]
  if (target !== undefined) return replacedBy(faulty, target, stateNames(faulty.definition))
  const accepted = /(?:one of these values|one of the following): \[(.+)\]$/.exec(message)?.[1]?.split(', ')
  if (accepted !== undefined) return replacedBy(faulty, stringAt(faulty) ?? '', accepted)
  if (/one of the following fields: \[Next, End\]/.test(message)) return ended(faulty)
  return []
}

function unsupportedField(faulty: Faulty, field: string): readonly Fix[] {
  const { text, location } = faulty
  const span = sourceSpanOf(text, `${location === '/' ? '' : location}/${field}`)
  if (text.slice(span.from, span.from + field.length + 2) !== JSON.stringify(field)) return []
  const near = nearestWord(field, everyField)
  const name = { from: span.from, to: span.from + field.length + 2 }
  const renamed: readonly Fix[] =
    near === undefined ? [] : [{ kind: 'rename', by: near, changes: [{ ...name, insert: JSON.stringify(near) }] }]
  return [...renamed, { kind: 'remove', by: field, changes: [{ ...withComma(text, span), insert: '' }] }]
}

const everyField: ReadonlySet<string> = new Set(
  (['machine', 'retrier', 'catcher', 'rule', 'processor', 'processorConfig', ...stateTypes] as const).flatMap((kind) =>
    (['JSONPath', 'JSONata'] as const).flatMap((language) => fieldNames(kind, language)),
  ),
)

function replacedBy({ text, location }: Faulty, word: string, accepted: readonly string[]): readonly Fix[] {
  const near = nearestWord(word, accepted)
  const words = near === undefined ? (accepted.length <= 3 ? accepted : []) : [near]
  const { value, to } = sourceSpanOf(text, location)
  if (text[value] !== '"') return []
  return words.map((by) => ({ kind: 'replace', by, changes: [{ from: value, to, insert: JSON.stringify(by) }] }))
}

/** A state that leads nowhere ends. */
function ended({ text, location }: Faulty): readonly Fix[] {
  const { to } = sourceSpanOf(text, location)
  if (text[to - 1] !== '}') return []
  const before = text.slice(0, to - 1).trimEnd()
  const insert = `${before.endsWith('{') ? '' : ', '}"End": true`
  return [{ kind: 'end', by: '"End": true', changes: [{ from: before.length, to: before.length, insert }] }]
}

/** A member goes with the comma after it, or, of the last one, before it. */
function withComma(text: string, { from, to }: Span): Span {
  const after = /^\s*,\s*/.exec(text.slice(to))
  if (after !== null) return { from, to: to + after[0].length }
  const before = /,\s*$/.exec(text.slice(0, from))
  return { from: before === null ? from : before.index, to }
}

function stringAt({ text, location }: Faulty): string | undefined {
  const { value, to } = sourceSpanOf(text, location)
  const found = text.slice(value, to)
  if (!found.startsWith('"')) return undefined
  const word: unknown = JSON.parse(found)
  return String(word)
}

function stateNames(value: Json): readonly string[] {
  if (isJsonArray(value)) return value.flatMap(stateNames)
  if (!isJsonObject(value)) return []
  const states = value.get('States')
  const own = states !== undefined && isJsonObject(states) ? [...states.keys()] : []
  return [...own, ...[...value.values()].flatMap(stateNames)]
}
