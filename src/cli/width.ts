/** How wide text is on a terminal: colour counts nothing, Japanese and emoji count two. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const escapes = /\u001b\[[0-9;]*m/g
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u

export function visibleWidth(text: string): number {
  return charactersOf(text.replaceAll(escapes, '')).reduce((sum, character) => sum + widthOf(character), 0)
}

/** Cut to a width; text in colour must be cut before it is painted. */
export function clip(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of charactersOf(text)) {
    used += widthOf(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
}

/** Filled up with spaces to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)))
}

/** Lines of words, each within a width where a space allows it: paths and addresses stay whole. Line ends are kept. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => (visibleWidth(line) <= width ? [line] : wrapLine(line, width)))
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let open = ''
  for (const word of line.split(' ')) {
    const longer = open === '' ? word : `${open} ${word}`
    if (open !== '' && visibleWidth(longer) > width) {
      lines.push(open)
      open = word
    } else open = longer
  }
  return [...lines, open]
}

const charactersOf = (text: string): string[] => Array.from(graphemes.segment(text), ({ segment }) => segment)
const widthOf = (character: string): number => (wide.test(character) ? 2 : 1)
