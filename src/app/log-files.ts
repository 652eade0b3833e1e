/**
 * A log on disk: one file a day in `logs/` of the data folder, the old ones removed. Writing is best effort: a full disk
 * must not stop the program that has to say so.
 */
import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/index.ts'

export type LogFilesOptions = {
  readonly dataFolder: string
  readonly clock: Clock
  readonly keptForMs: number
  /** Files are called `NAME-2026-01-01.jsonl`. Default `holdfast`. */
  readonly name?: string
  /** Under `logs/`; default there itself. */
  readonly subfolder?: string
  /** Where to say that the log cannot be written; called once for each run of failures. */
  readonly onFailure: (error: unknown) => void
}

const dayMs = 86_400_000

export class LogFiles {
  readonly #options: LogFilesOptions
  readonly #folder: string
  readonly #name: string
  #day = ''
  #failing = false

  constructor(options: LogFilesOptions) {
    this.#options = options
    this.#folder = join(options.dataFolder, 'logs', options.subfolder ?? '')
    this.#name = options.name ?? 'holdfast'
  }

  /** One line or several, with their line ends. Never throws. */
  write(line: string): void {
    try {
      const day = dayOf(this.#options.clock.now())
      if (day !== this.#day) this.#turn(day)
      appendFileSync(join(this.#folder, this.#nameOf(day)), line, { mode: 0o600 })
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#options.onFailure(error)
      this.#failing = true
      // Somebody may have removed the folder: it is made again.
      this.#day = ''
    }
  }

  #turn(day: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    // `99999999d` is a way to say for ever, and no date.
    const oldest = this.#nameOf(dayOf(Math.max(0, this.#options.clock.now() - this.#options.keptForMs)))
    for (const file of readdirSync(this.#folder)) {
      if (this.#isOurs(file) && file < oldest) rmSync(join(this.#folder, file))
    }
    this.#day = day
  }

  #nameOf(day: string): string {
    return `${this.#name}-${day}.jsonl`
  }

  #isOurs(file: string): boolean {
    return file.startsWith(`${this.#name}-`) && /^\d{4}-\d{2}-\d{2}\.jsonl$/.test(file.slice(this.#name.length + 1))
  }
}

const dayOf = (ms: number): string => new Date(Math.floor(ms / dayMs) * dayMs).toISOString().slice(0, 10)
