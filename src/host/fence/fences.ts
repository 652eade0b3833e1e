/**
 * The highest term that was seen of each scope. A scope is whose things a command is about; whoever took over has a higher
 * term, and what was sent before does nothing when it arrives late.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Fence } from '../contract.ts'
import { codeOf, hostError } from '../errors.ts'
import type { Files } from '../machine/machine.ts'

type Seen = { readonly scope: string; readonly term: number; readonly at: number }

export class Fences {
  readonly #files: Files
  readonly #folder: string
  readonly #seen = new Map<string, Seen>()
  readonly #unsaved = new Set<string>()
  readonly #looks = new Set<() => void>()

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  open(): void {
    this.#files.makeFolder(this.#folder)
    for (const name of this.#files.list(this.#folder)) {
      const seen = name.endsWith('.json') ? parseSeen(this.#files.read(join(this.#folder, name))) : undefined
      if (seen !== undefined) this.#seen.set(seen.scope, seen)
    }
  }

  /**
   * Raises the term of its scope, if it is higher, on disk before it returns. A disk that is full is no reason to refuse what
   * takes something away or leads traffic back: it counts at once then, and is on disk as soon as there is room. Nothing can
   * be made late meanwhile, for that would need room too.
   */
  note(fence: Fence | undefined, now: number): void {
    if (fence === undefined || fence.term <= this.#termOf(fence.scope)) return
    this.#seen.set(fence.scope, { ...fence, at: now })
    this.#save(fence.scope)
    for (const look of this.#looks) look()
  }

  /** For what takes minutes: aborted as soon as the term is over. `end` it when it is done. */
  watch(fence: Fence | undefined): { readonly over: AbortSignal; readonly end: () => void } {
    const over = new AbortController()
    const look = (): void => {
      if (fence !== undefined && !this.holds(fence)) over.abort()
    }
    look()
    this.#looks.add(look)
    return { over: over.signal, end: () => void this.#looks.delete(look) }
  }

  holds(fence: Fence): boolean {
    return fence.term >= this.#termOf(fence.scope)
  }

  /** When a command comes, and again in the moment of acting after anything that took time. @throws HoldfastError host.term_over */
  require(fence: Fence | undefined): void {
    if (fence === undefined || this.holds(fence)) return
    throw termOver(fence, this.#termOf(fence.scope))
  }

  saveKept(): void {
    for (const scope of this.#unsaved) this.#save(scope)
  }

  /** Forgets scopes of which nothing stands and nothing was heard for long: no late command can be on its way still. */
  prune(before: number, stands: (scope: string) => boolean): void {
    for (const { scope, at } of this.#seen.values()) {
      if (at >= before || stands(scope)) continue
      this.#files.remove(this.#fileOf(scope))
      this.#seen.delete(scope)
      this.#unsaved.delete(scope)
    }
  }

  #termOf(scope: string): number {
    return this.#seen.get(scope)?.term ?? 0
  }

  #save(scope: string): void {
    const seen = this.#seen.get(scope)
    this.#unsaved.add(scope)
    try {
      if (seen !== undefined) this.#files.write(this.#fileOf(scope), `${JSON.stringify(seen)}\n`)
      this.#unsaved.delete(scope)
    } catch (fault) {
      // The disk's own refusal has a code. It counts in memory, and `saveKept` tries again.
      if (codeOf(fault) === undefined) throw fault
    }
  }

  #fileOf(scope: string): string {
    return join(this.#folder, `${createHash('sha256').update(scope).digest('hex')}.json`)
  }
}

const termOver = ({ scope, term }: Fence, highest: number) =>
  hostError('host.term_over', `Term ${term} of ${scope} is over: this host has seen ${highest}`, {
    place: 'fence.term',
    accepted: `${highest} or more`,
    repair: 'nothing: whoever holds the later term decides',
  })

function parseSeen(text: string | undefined): Seen | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('scope' in value) || !('term' in value) || !('at' in value)) return undefined
    const { scope, term, at } = value
    const isWhole = typeof scope === 'string' && typeof term === 'number' && typeof at === 'number'
    return isWhole ? { scope, term, at } : undefined
  } catch {
    // Never half written: a disk that is damaged is no reason to refuse every command.
    return undefined
  }
}
