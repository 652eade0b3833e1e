/** The same key answers the same outcome. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Command, Outcome } from '../contract.ts'
import { hostError } from '../errors.ts'
import { fenceOf } from '../fence/fence-of.ts'
import type { Files } from '../machine/machine.ts'

type Kept = { readonly at: number; readonly asked: string; readonly outcome: Outcome }

/** Outcomes of what only reads, in memory. */
const mostInMemory = 1000

export class KeptOutcomes {
  readonly #files: Files
  readonly #folder: string
  readonly #memory = new Map<string, Kept>()

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  open(): void {
    this.#files.makeFolder(this.#folder)
  }

  /** @throws HoldfastError host.key_reused when the key came with another command */
  find(key: string, asked: string): Outcome | undefined {
    const kept = this.#memory.get(key) ?? this.#read(key)
    if (kept === undefined) return undefined
    if (kept.asked === asked) return kept.outcome
    throw keyReused()
  }

  keep(asked: string, outcome: Outcome, now: number, onDisk: boolean): void {
    const kept = { at: now, asked, outcome }
    if (onDisk) this.#files.write(this.#fileOf(outcome.key), JSON.stringify(kept))
    this.#memory.set(outcome.key, kept)
    const oldest = this.#memory.keys().next().value
    if (this.#memory.size > mostInMemory && oldest !== undefined) this.#memory.delete(oldest)
  }

  prune(before: number): void {
    for (const name of this.#files.list(this.#folder)) {
      const path = join(this.#folder, name)
      const kept = parseKept(this.#files.read(path))
      if (kept === undefined || kept.at < before) this.#files.remove(path)
    }
  }

  #read(key: string): Kept | undefined {
    return parseKept(this.#files.read(this.#fileOf(key)))
  }

  /** A key may hold any character, a file's name may not. */
  #fileOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex')}.json`)
  }
}

export const keyReused = () =>
  hostError('host.key_reused', 'This idempotency key came with another command before', {
    place: 'key',
    repair: 'give every command a key of its own',
  })

/** Of what is asked for. The term says who asks: the same call, made again by whoever took over, has a higher one. */
export function digestOf(command: Command): string {
  const fence = fenceOf(command)
  const asked = fence === undefined ? command : { ...command, fence: { scope: fence.scope } }
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
}

function parseKept(text: string | undefined): Kept | undefined {
  try {
    // Written by `keep` alone, whole or not at all.
    return text === undefined ? undefined : (JSON.parse(text) as Kept)
  } catch {
    // A damaged file answers nothing: the command is carried out again, which every command allows.
    return undefined
  }
}
