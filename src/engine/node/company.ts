/** A node in the company of others: its loop, its letters, and what it looks for in the database without being told. */
import type { Clock, HoldfastError, Logger } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { engineStopping } from '../errors.ts'
import { finishDeletion, machinesToForget } from '../machine/queries.ts'
import type { Pollers } from '../run/pollers.ts'
import type { Watchers } from '../run/watchers.ts'
import type { RoundOutcome } from '../run/work.ts'
import type { Writer } from '../run/writer.ts'
import { Mail } from './mail.ts'
import type { Node } from './node.ts'
import { executionMarks, openTasks } from './node-rows.ts'
import { Rounds } from './rounds.ts'

export type CompanyPlace = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly node: Node
  readonly writer: Writer
  readonly pollers: Pollers
  readonly watchers: Watchers
  armTimer(due: number): void
}

export class Company {
  readonly mail: Mail
  readonly rounds: Rounds
  readonly #place: CompanyPlace
  /** Of executions that are followed here: how far they were at the last look. */
  #marks = new Map<number, string>()

  constructor(place: CompanyPlace) {
    const { writer, pollers } = place
    this.#place = place
    this.mail = new Mail({ ...place, carryOut: (work) => writer.submit(work) })
    this.rounds = new Rounds({
      ...place,
      round: () => this.#round(),
      look: () => this.#look(),
      wake: (arn) => void pollers.wake(arn, pollers.count(arn)),
    })
  }

  /** Who still waits for another node hears that this one stops; the others get what it had. */
  async leave(): Promise<void> {
    const { node, logger } = this.#place
    this.mail.lose(engineStopping())
    await node
      .end()
      .catch((error: HoldfastError) => logger.warn('the other nodes could not be told that this one ends', { error }))
  }

  async #round(): Promise<RoundOutcome> {
    const outcome = await this.#place.writer.submit({ kind: 'round' })
    await this.#finishDeletions()
    return outcome
  }

  /** State machines that wait for their last execution; alone, so that the last is seen by somebody. */
  async #finishDeletions(): Promise<void> {
    const { store } = this.#place
    const machines = machinesToForget(store.read)
    if (machines.length > 0) await store.write((tx) => machines.forEach((id) => finishDeletion(tx, id)))
  }

  #look(): void {
    const { store, node, armTimer } = this.#place
    this.mail.look()
    const due = node.nextDue(store.read, true)
    if (due !== undefined) armTimer(due)
    this.#lookForTasks()
    this.#lookForProgress()
  }

  #lookForTasks(): void {
    const { store, pollers } = this.#place
    for (const arn of [...pollers.awaited()]) {
      const tasks = openTasks(store.read, arn, pollers.count(arn))
      if (tasks > 0) pollers.wake(arn, tasks)
    }
  }

  #lookForProgress(): void {
    const { store, watchers } = this.#place
    const before = this.#marks
    this.#marks = new Map()
    for (const [id, { seq, running }] of executionMarks(store.read, [...watchers.watched()])) {
      const mark = `${seq} ${running}`
      this.#marks.set(id, mark)
      if (before.get(id) !== mark) watchers.notify([id], running ? new Set() : new Set([id]))
    }
  }
}
