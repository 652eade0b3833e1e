/** A store as an object: one reader, one writer, and what is to be let go at its end, whichever database stands behind. */
import type { Clock, HoldfastError, Logger } from '../base/index.ts'
import type { Reader, Schedule, Signals, Store, TraceEvent, Transaction, WriteOptions } from './contract.ts'
import type { Migration } from './migration.ts'
import { Writer, type WriterOptions } from './writer.ts'

/** What is told whoever opens a store. */
export type CommonOptions = {
  readonly clock: Clock
  readonly logger: Logger
  /** Those in `store/migrations` unless told otherwise. */
  readonly migrations?: readonly Migration[]
  /** How the next tick is called for: `setImmediate` unless told; `byHand` where the caller ticks. */
  readonly schedule?: Schedule
  /** Closures per commit at most; 1000 unless told. */
  readonly batchLimit?: number
  readonly onTrace?: (event: TraceEvent) => void
}

export type StoreParts = {
  readonly dialect: Store['dialect']
  readonly signals: Signals
  readonly reader: Reader & { close(): void }
  readonly runBatch: WriterOptions['runBatch']
  readonly ahead?: WriterOptions['ahead']
  readonly runAside?: WriterOptions['runAside']
  /** After the last commit. */
  release(): void | Promise<void>
}

export class OpenStore implements Store {
  readonly dialect: Store['dialect']
  readonly signals: Signals
  readonly aheadAtMost: number
  readonly read: Reader
  readonly #parts: StoreParts
  readonly #writer: Writer
  #closing: Promise<void> | undefined

  constructor(parts: StoreParts, { logger, schedule = setImmediate, batchLimit = 1000 }: CommonOptions) {
    this.dialect = parts.dialect
    this.signals = parts.signals
    this.read = parts.reader
    this.#parts = parts
    this.aheadAtMost = parts.ahead?.atMost ?? 1
    const { runBatch, ahead, runAside } = parts
    this.#writer = new Writer({ runBatch, ahead, runAside, logger, schedule, batchLimit })
  }

  get fault(): HoldfastError | undefined {
    return this.#writer.fault
  }

  write<T>(work: (tx: Transaction) => T | Promise<T>, options?: WriteOptions): Promise<T> {
    return this.#writer.write(work, options)
  }

  tick(): Promise<number> {
    return this.#writer.tick()
  }

  onCommit(listener: () => void): () => void {
    return this.#writer.onCommit(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#writer.close()
    this.#parts.reader.close()
    await this.#parts.release()
  }
}
