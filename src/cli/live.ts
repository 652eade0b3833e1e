/** Lines at the bottom of a terminal that are drawn again and again until they are final. */
import { visibleWidth } from './width.ts'
import type { Output } from './world.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearBelow = '\u001b[0J'

export class LiveLines {
  readonly #output: Output
  #drawn = 0

  constructor(output: Output) {
    this.#output = output
  }

  /** Replaces what was drawn before. Lines must fit the width of the terminal, or the next redraw leaves rests. */
  draw(lines: readonly string[]): void {
    const up = this.#drawn === 0 ? hideCursor : `\u001b[${this.#drawn}F`
    this.#output.write(`${up}${clearBelow}${lines.join('\n')}\n`)
    this.#drawn = lines.reduce((sum, line) => sum + this.#heightOf(line), 0)
  }

  /** What is drawn stays; the cursor comes back. Also right after an interruption. */
  end(): void {
    if (this.#drawn > 0) this.#output.write(showCursor)
    this.#drawn = 0
  }

  #heightOf(line: string): number {
    return Math.max(1, Math.ceil(visibleWidth(line) / Math.max(1, this.#output.columns)))
  }
}
