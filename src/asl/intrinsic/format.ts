import { javaText } from '../path/index.ts'
import type { Call, Intrinsic } from './call.ts'

/** `States.Format('Hello {}', $.name)`: texts as they are, everything else as Java prints it. */
export const format: Intrinsic = {
  arity: [1, Number.POSITIVE_INFINITY],
  apply(call) {
    const pieces = piecesOf(call)
    const values = call.values.slice(1)
    if (pieces.length - 1 !== values.length) {
      throw call.refuse(`The template has ${pieces.length - 1} {} for ${values.length} values`)
    }
    let text = pieces[0] ?? ''
    for (const [i, value] of values.entries()) {
      text += (typeof value === 'string' ? value : javaText(value)) + (pieces[i + 1] ?? '')
    }
    return text
  },
}

/** The text around the placeholders: always one piece more than there are `{}`. */
function piecesOf(call: Call): readonly string[] {
  const literal = call.literal(0)
  const template = literal ?? call.text(0)
  // In a template out of the data only braces have escapes; its other backslashes are its own.
  const special = literal === undefined ? /\\([{}])|\{\}|\{/g : /\\([{}'\\])|\{\}|\{/g
  const pieces: string[] = []
  let piece = ''
  let from = 0
  for (const { 0: mark, 1: escaped, index } of template.matchAll(special)) {
    if (mark === '{') throw call.refuse("matching '}' not found for '{'")
    piece += template.slice(from, index) + (escaped ?? '')
    from = index + mark.length
    if (mark !== '{}') continue
    pieces.push(piece)
    piece = ''
  }
  return [...pieces, piece + template.slice(from)]
}
