/** The outputs of a Map's iterations or a Parallel's branches so far: many, and replaced one at a time at each step. */
import type { JsonText } from '../../base/index.ts'

type Page = readonly (JsonText | undefined)[]

/** Places on one page. A Map of 10,000 items then copies some hundred places for each output instead of 10,000. */
const pageSize = 256

/** A row of places, each empty or with an output. Never changed: `with` gives another row that shares the other pages. */
export class Outputs {
  readonly size: number
  readonly pages: readonly Page[]

  private constructor(size: number, pages: readonly Page[]) {
    this.size = size
    this.pages = pages
  }

  static empty(size: number): Outputs {
    return Outputs.from(Array.from<undefined>({ length: size }))
  }

  static from(outputs: Page): Outputs {
    const pages = Array.from({ length: Math.ceil(outputs.length / pageSize) }, (_, i) =>
      outputs.slice(i * pageSize, (i + 1) * pageSize),
    )
    return new Outputs(outputs.length, pages)
  }

  get(index: number): JsonText | undefined {
    return this.pages[Math.floor(index / pageSize)]?.[index % pageSize]
  }

  /** @throws Error when there is no such place */
  with(index: number, output: JsonText): Outputs {
    const at = Math.floor(index / pageSize)
    const page = this.pages[at]
    if (page === undefined || index >= this.size) throw new Error(`there is no place ${index} among ${this.size}`)
    return new Outputs(this.size, this.pages.with(at, page.with(index % pageSize, output)))
  }

  toArray(): (JsonText | undefined)[] {
    return this.pages.flat()
  }
}
