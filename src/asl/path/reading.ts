/** One read of one document: its root, what `$` paths inside filters gave, and how much work is left. */
import type { Json } from '../../base/index.ts'
import { PathNotFound } from './errors.ts'
import type { Trail } from './step.ts'

/** Values one read may look at: more than a document of 4 MiB holds, and well under a second of work. */
const maxVisits = 5_000_000

export class Reading {
  readonly root: Json
  readonly #known = new Map<Trail, Json | undefined>()
  readonly #path: string
  #left = maxVisits

  /** `path` is the text to name in an error. */
  constructor(root: Json, path: string) {
    this.root = root
    this.#path = path
  }

  /** Counts work. @throws PathNotFound (limit) when `$..*..*..*` and the like would take for ever. */
  spend(visits = 1): void {
    this.#left -= visits
    if (this.#left < 0) throw new PathNotFound(`The path visits more than ${maxVisits} values`, 'limit', this.#path)
  }

  /** The value of a `$` path inside a filter, found once and not per item. */
  once(trail: Trail, find: () => Json | undefined): Json | undefined {
    if (!this.#known.has(trail)) this.#known.set(trail, find())
    return this.#known.get(trail)
  }
}
