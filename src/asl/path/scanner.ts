/** A cursor over the text of a path, and the limits that keep a hostile one cheap. */
import { PathSyntaxError } from './errors.ts'

/** Deeper than any document can be (`maxJsonDepth`), so nothing useful is lost. Counts the paths inside filters too. */
const maxSteps = 1000
/** Filters, parentheses, negations, list literals and function arguments within each other. */
const maxNesting = 64

export class Scanner {
  readonly text: string
  at: number
  #steps = 0
  #nesting = 0

  constructor(text: string, at = 0) {
    this.text = text
    this.at = at
  }

  /** The character under the cursor; empty at the end. */
  get current(): string {
    return this.text.charAt(this.at)
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  sees(word: string): boolean {
    return this.text.startsWith(word, this.at)
  }

  /** Moves past the word if it is there. */
  take(word: string): boolean {
    if (!this.sees(word)) return false
    this.at += word.length
    return true
  }

  expect(word: string, where: string): void {
    if (!this.take(word)) throw this.fault(`Expected '${word}' ${where}`)
  }

  skipBlanks(): void {
    while (this.current === ' ') this.at++
  }

  /** The longest run of characters of which `belongs` is true. */
  run(belongs: (character: string) => boolean): string {
    const start = this.at
    while (!this.atEnd && belongs(this.current)) this.at++
    return this.text.slice(start, this.at)
  }

  countStep(): void {
    if (++this.#steps > maxSteps) throw this.fault(`A path can have at most ${maxSteps} steps`)
  }

  /** Reads something that may contain itself. */
  nested<T>(read: () => T): T {
    if (++this.#nesting > maxNesting) throw this.fault(`A path can be nested at most ${maxNesting} deep`)
    const value = read()
    this.#nesting--
    return value
  }

  fault(message: string, at = this.at): PathSyntaxError {
    return new PathSyntaxError(message, at)
  }
}
