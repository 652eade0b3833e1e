/** Whole transactions: what they assume, their rows and COMMIT leave together, and one of them is over before the next begins. */
import type { SqlValue } from '../../contract.ts'
import { controlStep, letIn } from '../control.ts'
import { noAnswer, type Reply, type Request, type Rows, type Step } from '../wire.ts'
import type { Connection } from './connection.ts'
import { isLost } from './failure.ts'
import { PipelineError, type Prepared } from './pipeline.ts'

type WholeRequest = Extract<Request, { kind: 'whole' }>

export type WholePlace = {
  connect(): Promise<Connection>
  /** Told before COMMIT is sent. */
  numbered(slot: number, transaction: string): void
  /** Resolves when it was. @throws `error` when it was not */
  askWhetherCommitted(transaction: string, error: Error): Promise<void>
}

const commit: Prepared = { text: 'COMMIT', parameters: [], wants: 'none' }
const rollback: Prepared = { text: 'ROLLBACK', parameters: [], wants: 'none' }

export class Whole {
  readonly #place: WholePlace
  /** Settles when those that were asked for before are over. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(place: WholePlace) {
    this.#place = place
  }

  /** @throws PipelineError and what connecting throws: nothing of it is committed then */
  run(request: WholeRequest): Promise<Reply> {
    const running = this.#run(request, this.#before)
    this.#before = running.catch(() => {}) // Who asked for it is told; it is over all the same.
    return running
  }

  async #run(request: WholeRequest, before: Promise<unknown>): Promise<Reply> {
    const { steps, assumptions, withinMs } = request
    const connection = await this.#place.connect()
    const asked = assumptions.map(({ sql, parameters }): Step => ({
      kind: 'statement',
      sql,
      parameters,
      wants: 'rows',
    }))
    const beginning = [controlStep('BEGIN'), numberStep, ...asked]
    const prepared = await connection.prepare([...beginning, ...steps])
    await before
    const ending = new Ending(this.#place, request)
    try {
      const gate = { after: beginning.length - 1, choose: (answers: readonly Rows[]) => ending.choose(answers) }
      await connection.submit(prepared, withinMs, gate)
    } catch (error) {
      await this.#failed(connection, error, ending.transaction)
    }
    const { untrue } = ending
    return untrue === undefined ? { kind: 'answer', answer: noAnswer } : { kind: 'untrue', assumption: untrue }
  }

  /** Returns when it is committed all the same. */
  async #failed(connection: Connection, error: unknown, transaction: string | undefined): Promise<void> {
    if (!(error instanceof PipelineError)) throw error
    if (!isLost(error.cause)) {
      await connection.submit([rollback])
      throw error
    }
    connection.cut(new Error('given up'))
    if (transaction === undefined) throw error
    await this.#place.askWhetherCommitted(transaction, error)
  }
}

/** How one of them ends, and by what the database knows it once it may have been committed. */
class Ending {
  readonly #place: WholePlace
  readonly #request: WholeRequest
  transaction: string | undefined
  untrue: number | undefined

  constructor(place: WholePlace, request: WholeRequest) {
    this.#place = place
    this.#request = request
  }

  choose(answers: readonly Rows[]): Prepared {
    const { assumptions, slot } = this.#request
    const [number, ...found] = answers
    const untrue = assumptions.findIndex(({ values }, index) => !isAnsweredBy(values, found[index]))
    if (untrue >= 0) {
      this.untrue = untrue
      return rollback
    }
    this.transaction = String(number?.rows[0]?.[0])
    this.#place.numbered(slot, this.transaction)
    return commit
  }
}

const numberStep: Step = { ...letIn('shared', 'pg_current_xact_id()::text'), wants: 'rows' }

function isAnsweredBy(values: readonly SqlValue[], answer: Rows | undefined): boolean {
  const [row, another] = answer?.rows ?? []
  if (row === undefined || another !== undefined) return false
  return row.length === values.length && row.every((value, index) => value === values[index])
}
