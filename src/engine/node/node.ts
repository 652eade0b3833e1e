/**
 * A node: this process among several on one database. It lives one life after the other; each is a row, renewed while it
 * goes on and ended by others when it is not. What is written in a life that is over is undone as a whole.
 */
import type { Clock } from '../../base/index.ts'
import type { Question, Store, Transaction } from '../../store/index.ts'
import type { Queries } from '../registry.ts'
import type { DueTimer } from '../run/statements.ts'
import type { EventOutcome, EventWork, PolledTask } from '../run/work.ts'
import type { Hint, Hints } from './hints.ts'
import * as rows from './node-rows.ts'

export type NodeOptions = {
  /** Names the process over all its lives; no other node on the database may have it. */
  readonly name: string
  readonly hints: Hints
  /** How long after its last sign of life a node is held for dead; 10 s unless told. Longer than clocks differ. */
  readonly leaseMs?: number
  /** How often it gives a sign of life and looks for nodes that give none; a tenth of the lease unless told. */
  readonly roundMs?: number
  /** How often it looks for what no hint has told of; 500 ms unless told. */
  readonly lookMs?: number
}

/** This life was ended by another node: nothing of the transaction may stay. */
export class LifeOver extends Error {
  constructor(life: number) {
    super(`life ${life} of this node was ended by another node`)
  }
}

/** An event became a letter to whoever has its execution; its outcome comes later. */
export class Forwarded {
  readonly letter: number
  constructor(letter: number) {
    this.letter = letter
  }
}

/** The task of an activity that is a worker's, if the letter says so. */
export class ForwardedPoll extends Forwarded {
  readonly task: PolledTask
  constructor(letter: number, task: PolledTask) {
    super(letter)
    this.task = task
  }
}

/** The execution belongs to another life; undefined: another transaction is changing it at this moment. */
export class Elsewhere {
  /** This node, which can write to the other. */
  readonly node: Node
  readonly life: number | undefined
  constructor(node: Node, life: number | undefined) {
    this.node = node
    this.life = life
  }
}

/** All that is written here is right beside what other nodes write. */
const concurrent = { concurrent: true } as const
const passedOverMs = 100

export type NodePlace = { readonly store: Store; readonly clock: Clock }

export class Node {
  readonly options: Required<NodeOptions>
  readonly #place: NodePlace
  #life: number | undefined
  #leaseUntil = 0
  #isAlone = false

  constructor(place: NodePlace, options: NodeOptions) {
    const { leaseMs = 10_000 } = options
    this.options = { lookMs: 500, roundMs: Math.ceil(leaseMs / 10), ...options, leaseMs }
    this.#place = place
  }

  /** The present life; before the first there is none, and nothing can be written. */
  get life(): number {
    return this.#life ?? 0
  }

  /** Whether no other node was alive at the last sign of life: then what this one does not use of the server, nobody uses. */
  get isAlone(): boolean {
    return this.#isAlone
  }

  send(hint: Hint): void {
    this.options.hints.send(hint)
  }

  // ---- its lives

  /** Begins a life. Earlier ones of the same name are over: the name is that of a folder which only this process has. */
  async begin(): Promise<void> {
    const { store, clock } = this.#place
    const { name, leaseMs } = this.options
    const now = clock.now()
    this.#leaseUntil = now + leaseMs
    this.#life = await store.write((tx) => {
      rows.endLivesOf(tx, name, now)
      return rows.insertLife(tx, name, now, now + leaseMs)
    }, concurrent)
    this.#isAlone = rows.isAlone(store.read, this.#life)
  }

  /** Gives everything free; the others need not wait until the lease is over. */
  async end(): Promise<void> {
    const { store, clock } = this.#place
    await store.write((tx) => rows.endLife(tx, this.life, clock.now()), concurrent)
    this.send({ kind: 'left' })
  }

  /**
   * First of all in every transaction of the engine. The race with a node that ends this life: either this transaction
   * commits before, and the other sees all it wrote, or it does not commit: the closure is rejected with LifeOver.
   */
  fence(tx: Transaction): void {
    const { life } = this
    tx.assume(this.fenceQuestion, { id: life }, () => new LifeOver(life))
  }

  /** What `fence` asks. */
  get fenceQuestion(): Question {
    return rows.isAliveQuestion(this.#place.store.dialect, this.life)
  }

  /**
   * A sign of life, and an end to those that gave none. Who was late itself judges nobody: when the database was away, or the
   * whole machine, the others could give no sign either. @returns the lives of which something may be left
   */
  round(tx: Transaction): readonly number[] {
    const { store, clock } = this.#place
    const now = clock.now()
    const leaseUntil = now + this.options.leaseMs
    rows.renewLife(tx, this.life, leaseUntil)
    if (this.#leaseUntil >= now) rows.endExpiredLives(tx, store.dialect, now)
    const alone = rows.isAlone(tx, this.life)
    tx.afterCommit(() => {
      this.#leaseUntil = leaseUntil
      this.#isAlone = alone
    })
    return rows.endedLives(tx)
  }

  takeExecutions(tx: Transaction, from: number, limit: number): readonly number[] {
    return rows.takeExecutions(tx, this.#place.store.dialect, from, this.life, limit)
  }

  takeInbox(tx: Transaction, from: number): readonly rows.InboxRow[] {
    return rows.takeInbox(tx, this.#place.store.dialect, from, this.life)
  }

  // ---- whose execution

  claim(tx: Transaction, executionId: number): rows.Claim {
    return rows.claimExecution(tx, this.#place.store.dialect, executionId, this.life)
  }

  // ---- timers

  dueTimers(tx: Transaction, limit: number): readonly DueTimer[] {
    const { store, clock } = this.#place
    return rows.dueTimersOf(tx, { dialect: store.dialect, life: this.life, now: clock.now(), limit })
  }

  /** When to look for timers again. What is due and was passed over is being fired by another node, or will be. */
  nextDue(queries: Queries, passedOver: boolean): number | undefined {
    const due = rows.nextDueOf(queries, this.life)
    return due !== undefined && passedOver ? Math.max(due, this.#place.clock.now() + passedOverMs) : due
  }

  // ---- letters

  /** `answered`: somebody here waits for the outcome. */
  write(tx: Transaction, { executionId, event, trail }: EventWork, answered: boolean): Forwarded {
    const text = JSON.stringify({ event, trail })
    return new Forwarded(rows.putLetter(tx, { executionId, event: text, sender: answered ? this.life : undefined }))
  }

  letters(queries: Queries, limit: number): readonly rows.Letter[] {
    return rows.lettersFor(queries, this.life, limit)
  }

  isOpen(tx: Transaction, letter: number): boolean {
    return rows.isOpen(tx, letter)
  }

  answer(tx: Transaction, letter: number, outcome: EventOutcome): void {
    rows.answerLetter(tx, letter, outcome)
  }
}
