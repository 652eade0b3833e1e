/** A source file without its comments, line for line: what stands in a comment is not what the program does. Pure. */

type Comments = { readonly line: string; readonly blocks: readonly (readonly [open: string, close: string])[] }

const likeC: Comments = { line: '//', blocks: [['/*', '*/']] }
/** What is quoted three times is a comment where it stands alone, and nothing that is looked for elsewhere. */
const likePython: Comments = {
  line: '#',
  blocks: [
    ['"""', '"""'],
    ["'''", "'''"],
  ],
}
const likeRuby: Comments = { line: '#', blocks: [['\n=begin', '\n=end']] }

const commentsOf = (path: string): Comments =>
  path.endsWith('.py') ? likePython : path.endsWith('.rb') ? likeRuby : likeC

/** Lines and columns stay as they are. */
export function withoutComments(path: string, text: string): string {
  const { line, blocks } = commentsOf(path)
  let out = ''
  let at = 0
  while (at < text.length) {
    const end = endOfComment(text, at, { line, blocks })
    if (end !== undefined) {
      out += text.slice(at, end).replaceAll(/[^\n]/g, ' ')
      at = end
      continue
    }
    const next = endOfString(text, at)
    out += text.slice(at, next)
    at = next
  }
  return out
}

/** Undefined: none begins here. */
function endOfComment(text: string, at: number, { line, blocks }: Comments): number | undefined {
  const block = blocks.find(([open]) => text.startsWith(open, at))
  if (block !== undefined) return after(text, block[1], at + block[0].length)
  if (!text.startsWith(line, at)) return undefined
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

function after(text: string, close: string, from: number): number {
  const end = text.indexOf(close, from)
  return end === -1 ? text.length : end + close.length
}

/** Of a string that begins here, else the next character: `//` in an address begins no comment. */
function endOfString(text: string, at: number): number {
  const quote = text[at] ?? ''
  if (!`'"\``.includes(quote)) return at + 1
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) return i + 1
    // A quote that is none, as in a regular expression, spoils no more than its line.
    else if (text[i] === '\n' && quote !== '`') return i
  }
  return text.length
}
