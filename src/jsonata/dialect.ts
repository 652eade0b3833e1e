/**
 * AWS runs jsonata 2.0.6, this is 2.2: the operators `?:` and `??` came in between. A blank between their characters
 * makes the newer tokenizer read what the older one read, and refuse it with the older one's words.
 */

type Mode = { position: number; /** A `/` here begins a regular expression. */ operand: boolean }

const quoted = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y
const backquoted = /`[^`]*`/y
const comment = /\/\*[^]*?\*\//y
const blank = /[ \t\n\r\v]+/y
const word = /[^ \t\n\r\v.[\]{}(),@#;:?+\-*/%|=<>^!&~"'`]+/y
const infixWord = /^(?:and|or|in)$/

/** The same expression, read as 2.0.6 reads it. */
export function asVersion206(source: string): string {
  if (!source.includes('?:') && !source.includes('??')) return source
  const mode: Mode = { position: 0, operand: true }
  let out = ''
  while (mode.position < source.length) {
    const start = mode.position
    step(source, mode)
    out += source.slice(start, mode.position)
    if (source[start] === '?' && (source[start + 1] === '?' || source[start + 1] === ':')) out += ' '
  }
  return out
}

/** Moves over one token. What jsonata refuses anyway may be read in any way. */
function step(source: string, mode: Mode): void {
  if (skip(source, mode, blank) || skip(source, mode, comment)) return
  if (skip(source, mode, quoted) || skip(source, mode, backquoted)) {
    mode.operand = false
    return
  }
  if (source[mode.position] === '/' && mode.operand) {
    mode.position = regexEnd(source, mode.position)
    mode.operand = false
    return
  }
  const start = mode.position
  if (skip(source, mode, word)) {
    mode.operand = !mode.operand && infixWord.test(source.slice(start, mode.position))
    return
  }
  stepOperator(source, mode)
}

function stepOperator(source: string, mode: Mode): void {
  const character = source[mode.position] ?? ''
  const double = source.startsWith('**', mode.position)
  mode.position += double ? 2 : 1
  // `*`, `**`, `%` and the placeholder `?` are values where a value is expected.
  const value = '*%?'.includes(character) && mode.operand
  mode.operand = !(value || ')]}'.includes(character))
}

function skip(source: string, mode: Mode, pattern: RegExp): boolean {
  pattern.lastIndex = mode.position
  if (!pattern.test(source)) return false
  mode.position = pattern.lastIndex
  return true
}

/** As jsonata looks for it: the first unescaped slash outside brackets, then flags. */
function regexEnd(source: string, start: number): number {
  let depth = 0
  let position = start + 1
  for (; position < source.length; position++) {
    const character = source[position] ?? ''
    if (character === '/' && depth === 0 && !escaped(source, position)) break
    if (source[position - 1] === '\\') continue
    if ('([{'.includes(character)) depth++
    if (')]}'.includes(character)) depth--
  }
  position++
  while (source[position] === 'i' || source[position] === 'm') position++
  return position
}

function escaped(source: string, position: number): boolean {
  let backslashes = 0
  while (source[position - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
