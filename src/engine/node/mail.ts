/** Letters between nodes: those that came are carried out, and who waits for the outcome of one that went is told. */
import { HoldfastError, type Logger } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { outcomeUnknown } from '../errors.ts'
import { type EventOutcome, type EventWork, readInbox } from '../run/work.ts'
import type { Node } from './node.ts'
import { answerLetter, answersFor, dropLetter } from './node-rows.ts'

export type Waiting = { resolve(outcome: EventOutcome): void; reject(error: HoldfastError): void }

export type MailPlace = {
  readonly store: Store
  readonly logger: Logger
  readonly node: Node
  /** Carries a letter out, and answers it in the same transaction. */
  readonly carryOut: (work: EventWork) => Promise<unknown>
}

/** Letters read in one look; the others come with the next. */
const lettersPerLook = 500

export class Mail {
  readonly #place: MailPlace
  readonly #waiting = new Map<number, Waiting>()
  /** Letters that are being carried out here. */
  readonly #inHand = new Set<number>()

  constructor(place: MailPlace) {
    this.#place = place
  }

  /** From the commit of the letter on. */
  await(letter: number, waiting: Waiting): void {
    this.#waiting.set(letter, waiting)
  }

  /** Reads what has come. */
  look(): void {
    const { store, node } = this.#place
    for (const letter of node.letters(store.read, lettersPerLook)) {
      if (this.#inHand.has(letter.id)) continue
      this.#inHand.add(letter.id)
      const { id, executionId, sender } = letter
      const work: EventWork = { kind: 'event', executionId, ...readInbox(letter.event), letter: { id, sender } }
      void this.#carryOut(work, id)
    }
    if (this.#waiting.size > 0) this.#collect()
  }

  async #carryOut(work: EventWork, letter: number): Promise<void> {
    try {
      await this.#place.carryOut(work)
    } catch (error) {
      // What the store refuses for now is tried again by the next look; what cannot be done at all must not be.
      if (!mayPass(error)) await this.#giveUp(letter, error)
    } finally {
      this.#inHand.delete(letter)
    }
  }

  async #giveUp(letter: number, error: unknown): Promise<void> {
    const { store, logger } = this.#place
    logger.error('an event that came from another node could not be carried out', { letter, error })
    await store
      .write((tx) => answerLetter(tx, letter, 'failed'), { concurrent: true })
      .catch((again: unknown) => logger.error('a letter could not be answered', { letter, error: again }))
  }

  #collect(): void {
    const { store, node, logger } = this.#place
    const answers = answersFor(store.read, node.life).filter(({ id }) => this.#waiting.has(id))
    if (answers.length === 0) return
    for (const { id, outcome } of answers) {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (outcome === 'failed') waiting?.reject(outcomeUnknown())
      else waiting?.resolve(outcome)
    }
    store
      .write((tx) => answers.forEach(({ id }) => dropLetter(tx, id)), { concurrent: true })
      // What stays goes with this life.
      .catch((error: unknown) => logger.warn('answered letters could not be deleted', { error }))
  }

  /** The life is over in which they were sent: the answers go to nobody. */
  lose(reason = outcomeUnknown()): void {
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    this.#inHand.clear()
  }
}

const mayPass = (error: unknown): boolean => error instanceof HoldfastError && error.retryable
