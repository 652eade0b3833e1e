/** The store's end of the worker: asks and sleeps until the answer is there, or asks and goes on. */
import type { HoldfastError } from '../../base/index.ts'
import { closed, databaseUnreachable } from '../errors.ts'
import { faultOf } from './fault.ts'
import { type Answer, type Failure, type Keys, noAnswer, type Reply, type Request, type Settings } from './wire.ts'
import { WorkerThread } from './worker-thread.ts'

type Waiting = { readonly request: Request; resolve(reply: Reply): void; reject(error: unknown): void }

export class Link {
  readonly #settings: Settings
  /** Host and database, for people: no password. */
  readonly #place: string
  readonly #waiting = new Map<number, Waiting>()
  /** Undefined when the last one has died; the next question begins another. */
  #worker: WorkerThread | undefined
  #onSignal: (text: string) => void = () => {}
  #asked = 0
  #closed = false

  constructor(settings: Settings, place: string) {
    this.#settings = settings
    this.#place = place
    this.#worker = this.#begin()
  }

  #begin(): WorkerThread {
    const worker: WorkerThread = new WorkerThread(this.#settings, {
      told: ({ id, reply }) => this.#heard(id, reply),
      signalled: (text) => this.#onSignal(text),
      gone: (error) => this.#gone(worker, error),
    })
    return worker
  }

  /** One that was begun anew connects by itself; what it cannot answer before that is unreachable. */
  get #living(): WorkerThread {
    if (this.#worker !== undefined) return this.#worker
    this.#worker = this.#begin()
    this.#worker.tell({ id: 0, request: { kind: 'open' } })
    return this.#worker
  }

  /** Sleeps until the answer is there. @throws HoldfastError in the store's words */
  ask(request: Request): Answer {
    return this.#answerIn(this.askForReply(request))
  }

  /** Sleeps until they are there. */
  askKeys(table: string, count: number): Keys {
    const reply = this.askForReply({ kind: 'keys', table, count })
    if (reply.kind === 'failed') throw this.faultOf(reply.failure)
    return reply.kind === 'keys' ? reply.keys : { column: '', keys: [] }
  }

  /** Goes on; the process lives until the answer is there. */
  async tell(request: Request): Promise<Answer> {
    return this.#answerIn(await this.tellForReply(request))
  }

  #answerIn(reply: Reply): Answer {
    if (reply.kind === 'failed') throw this.faultOf(reply.failure)
    return reply.kind === 'answer' ? reply.answer : noAnswer
  }

  faultOf(failure: Failure): HoldfastError {
    return faultOf(failure, this.#place)
  }

  /** As it came, for who wants to know which step failed. */
  askForReply(request: Request): Reply {
    if (this.#closed) throw closed()
    const reply = this.#living.ask({ id: ++this.#asked, request }, this.#patienceMs(request))
    if (reply === undefined) throw this.#unanswered(new Error('the worker does not answer'))
    return reply
  }

  /** What the worker may take to connect and to wait for an answer, and a little more. */
  #patienceMs(request: Request): number {
    const { answerMs, connectMs } = this.#settings
    return (('withinMs' in request ? request.withinMs : undefined) ?? answerMs) + connectMs + 1000
  }

  tellForReply(request: Request): Promise<Reply> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise<Reply>((resolve, reject) => this.#send({ request, resolve, reject }))
  }

  #send(waiting: Waiting): void {
    const id = ++this.#asked
    const worker = this.#living
    const { request } = waiting
    this.#waiting.set(id, waiting)
    worker.keepsProcess = true
    if (request.kind === 'whole') worker.clearSlot(request.slot)
    worker.tell({ id, request })
  }

  onSignal(listener: (text: string) => void): void {
    this.#onSignal = listener
  }

  /** Goes on; whether it arrives nobody knows. */
  send(text: string): void {
    if (!this.#closed) this.#living.tell({ id: 0, request: { kind: 'signal', text } })
  }

  #heard(id: number, reply: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && this.#worker !== undefined) this.#worker.keepsProcess = false
    waiting?.resolve(reply)
  }

  /** Its connections are gone with it. A commit that was under way may be carried out all the same: that is asked for. */
  #gone(worker: WorkerThread, error: Error): void {
    if (this.#worker === worker) this.#worker = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const each of waiting) {
      const transaction = transactionOf(each.request, worker)
      if (!this.#closed && transaction !== undefined) this.#send({ ...each, request: { kind: 'fate', transaction } })
      else each.reject(this.#unanswered(error))
    }
  }

  #unanswered(error: Error): HoldfastError {
    return databaseUnreachable(this.#place, error.message, error)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const worker = this.#worker
    // What cannot be closed well ends with the worker.
    if (worker !== undefined) await this.tell({ kind: 'close' }).catch(() => {})
    this.#closed = true
    await worker?.terminate()
  }
}

/** Of a request that may have committed it. */
function transactionOf(request: Request, worker: WorkerThread): string | undefined {
  switch (request.kind) {
    case 'commit':
    case 'fate':
      return request.transaction
    case 'whole':
      return worker.transactionIn(request.slot)
    default:
      return undefined
  }
}
