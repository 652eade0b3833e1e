/** Closures that ask nothing: each is decided at once, leaves as a whole, and is acknowledged after those that left before it. */
import { BatchBook } from '../batch-book.ts'
import { AnswerNeeded } from '../contract.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { BatchOutcome, Job } from '../writer.ts'
import type { BatchPlace } from './batch.ts'
import { patientMs } from './control.ts'
import { endsBatch, isFault } from './fault.ts'
import { Pending } from './pending.ts'
import { type Assumed, PostgresTransaction } from './transaction.ts'
import { type Reply, slots } from './wire.ts'

export type AheadPlace = BatchPlace & {
  /** Slots that no batch has. */
  readonly free: number[]
}

/** One is decided while another is on its way. More would only wait. */
export const freeSlots = (): number[] => Array.from({ length: slots }, (_, slot) => slot)

export class AheadBatch {
  readonly #place: AheadPlace
  readonly #job: Job
  readonly #book: BatchBook
  readonly #pending: Pending
  readonly #assumed: Assumed[] = []

  constructor(place: AheadPlace, number: number, job: Job) {
    this.#place = place
    this.#job = job
    this.#book = new BatchBook(place, number, [job])
    this.#pending = new Pending(place.texts)
  }

  /** The closure has run when this returns. Never rejects: what goes wrong goes to the closure. */
  async run(): Promise<BatchOutcome> {
    try {
      this.#decide()
      return await this.#commit()
    } catch (error) {
      return this.#refused(error, isFault(error) && endsBatch(error) ? error : undefined)
    }
  }

  #decide(): void {
    const tx = new PostgresTransaction({
      ...this.#place,
      pending: this.#pending,
      onFault() {},
      onSent() {},
      known: () => undefined,
      ahead: (assumed) => this.#assumed.push(assumed),
    })
    this.#book.trace('begin')
    const acknowledge = this.#job.run(tx)
    tx.end()
    if (tx.broken !== undefined) throw tx.broken
    // One that awaits awaits an answer.
    if (acknowledge instanceof Promise) throw new AnswerNeeded()
    this.#book.keep({ job: this.#job, hooks: tx.hooks, acknowledge })
  }

  async #commit(): Promise<BatchOutcome> {
    const reply = await this.#send()
    if (reply.kind === 'untrue') return this.#refused(this.#assumed[reply.assumption]?.otherwise())
    if (reply.kind === 'failed') throw this.#place.link.faultOf(reply.failure)
    this.#book.committed()
    return { committed: true, fault: undefined }
  }

  async #send(): Promise<Reply> {
    const { link, free } = this.#place
    // There are as many as batches may be under way.
    const slot = free.pop() ?? 0
    try {
      return await link.tellForReply({
        kind: 'whole',
        assumptions: this.#assumed.map(({ question, row }) => ({ ...question, values: Object.values(row) })),
        steps: this.#pending.take(),
        slot,
        withinMs: patientMs,
      })
    } finally {
      free.push(slot)
    }
  }

  #refused(error: unknown, fault?: HoldfastError): BatchOutcome {
    this.#book.trace('rollback')
    this.#book.rejectAll(error)
    return { committed: false, fault }
  }
}
