/** The newest lines, as many as a page bears. Pure. */
import type { LogLine } from '../../api/generated.ts'

const mostLines = 2000

export class LogBook {
  #lines: readonly LogLine[] = []
  readonly #most: number

  constructor(most = mostLines) {
    this.#most = most
  }

  get lines(): readonly LogLine[] {
    return this.#lines
  }

  add(line: LogLine): void {
    const kept = this.#lines.length >= this.#most ? this.#lines.slice(-this.#most + 1) : this.#lines
    this.#lines = [...kept, line]
  }
}

export type Part = { readonly text: string; readonly isFound: boolean }

/** The line with what was searched for apart, whatever its letters' size. */
export function parted(text: string, find: string | undefined): readonly Part[] {
  if (find === undefined || find === '') return [{ text, isFound: false }]
  const at = text.toLowerCase().indexOf(find.toLowerCase())
  if (at === -1) return [{ text, isFound: false }]
  const end = at + find.length
  return [
    { text: text.slice(0, at), isFound: false },
    { text: text.slice(at, end), isFound: true },
    ...parted(text.slice(end), find),
  ].filter((part) => part.text !== '')
}
