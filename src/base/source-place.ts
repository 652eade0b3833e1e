/** Where in the text of a JSON document a place of the checker lies: `/States/Pay/Next` → line and column. Pure. */

export type SourcePlace = { readonly line: number; readonly column: number }

/**
 * The member or item that the location names, or the innermost one that is there. `text` must be JSON; names stand in a
 * location as they are, so that of several readings the longest name wins.
 */
export function sourcePlaceOf(text: string, location: string): SourcePlace {
  const before = text.slice(0, offsetOf(text, location === '/' ? '' : location)).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** Where it begins, its name included, where its value does, and where that ends. */
export type SourceSpan = { readonly from: number; readonly value: number; readonly to: number }

export function sourceSpanOf(text: string, location: string): SourceSpan {
  const { found, value } = find(text, location === '/' ? '' : location)
  return { from: found, value, to: endOfValue(text, value) }
}

const offsetOf = (text: string, location: string): number => find(text, location).found

function find(text: string, location: string): Pick<Step, 'found' | 'value'> {
  let found = skipSpace(text, 0)
  let value = found
  let rest = location
  for (;;) {
    const next = text[value] === '{' ? memberIn(text, value, rest) : itemIn(text, value, rest)
    if (next === undefined) return { found, value }
    ;({ found, value, rest } = next)
  }
}

/** A step down: where what was named begins, where its value does, and what is left of the location. */
type Step = { readonly found: number; readonly value: number; readonly rest: string }

function memberIn(text: string, object: number, location: string): Step | undefined {
  let best: Step | undefined
  let at = skipSpace(text, object + 1)
  while (text[at] === '"') {
    const end = endOfValue(text, at)
    const name: unknown = JSON.parse(text.slice(at, end))
    const value = skipSpace(text, skipSpace(text, end) + 1)
    const rest = restAfter(location, `/${String(name)}`)
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length)) best = { found: at, value, rest }
    at = skipSpace(text, endOfValue(text, value))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return best
}

function itemIn(text: string, array: number, location: string): Step | undefined {
  const [, index, rest = ''] = /^\[(\d+)\](.*)$/s.exec(location) ?? []
  if (text[array] !== '[' || index === undefined) return undefined
  let at = skipSpace(text, array + 1)
  for (let i = 0; text[at] !== ']' && at < text.length; i++) {
    if (i === Number(index)) return { found: at, value: at, rest }
    at = skipSpace(text, endOfValue(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return undefined
}

function restAfter(location: string, step: string): string | undefined {
  const rest = location.startsWith(step) ? location.slice(step.length) : undefined
  return rest === '' || rest?.startsWith('/') === true || rest?.startsWith('[') === true ? rest : undefined
}

const skipSpace = (text: string, from: number): number => endOf(/[ \t\r\n]*/y, text, from)

/** Depth is counted, not descended: a hostile document is as deep as it likes. */
function endOfValue(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const character = text[at]
    if (character === '{' || character === '[') depth++
    if (character === '}' || character === ']') depth--
    at = endOf(character === '"' ? /"(?:[^"\\]|\\.)*"/y : /[{}[\],:]|[^{}[\],:"]+/y, text, at)
  } while (depth > 0 && at < text.length)
  return at
}

/** The end of what the sticky pattern matches there; at least one character on, unless it may match nothing. */
function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : from + 1
}
