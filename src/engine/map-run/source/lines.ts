/** A stream of bytes cut into lines, each with the place just after it. */
import { itemTooLarge } from './json-members.ts'

export type Line = { readonly text: string; readonly end: number }

const newline = 0x0a

/** Line breaks are `\n` or `\r\n`; the last line needs none. `largest`: bytes of one line at most. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  offset: number,
  largest: number,
): AsyncIterable<readonly Line[]> {
  let kept = Buffer.alloc(0)
  let begin = offset
  for await (const chunk of chunks) {
    const bytes = kept.length === 0 ? Buffer.from(chunk) : Buffer.concat([kept, chunk])
    const page: Line[] = []
    let from = 0
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      page.push({ text: textOf(bytes.subarray(from, at)), end: begin + at + 1 })
      from = at + 1
    }
    kept = bytes.subarray(from)
    begin += from
    if (kept.length > largest) throw itemTooLarge(largest)
    if (page.length > 0) yield page
  }
  if (kept.length > 0) yield [{ text: textOf(kept), end: begin + kept.length }]
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/\r$/, '')
