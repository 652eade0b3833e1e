/** The store's end of the worker: asks and sleeps until the answer is there, or asks and goes on. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { HoldfastError } from '../../base/index.ts'
import { closed, databaseUnreachable } from '../errors.ts'
import { faultOf } from './fault.ts'
import {
  type Answer,
  type Asked,
  type Failure,
  type Keys,
  noAnswer,
  type Reply,
  type Request,
  type Settings,
  type Signal,
  type Told,
  type WorkerData,
} from './wire.ts'

type Waiting = { resolve(reply: Reply): void; reject(error: unknown): void }

export class Link {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #signal = new Int32Array(new SharedArrayBuffer(4))
  readonly #waiting = new Map<number, Waiting>()
  /** The worker gives a silent connection up by itself; this is for a worker that is itself no more. */
  readonly #patienceMs: number
  /** Host and database, for people: no password. */
  readonly #place: string
  #onSignal: (text: string) => void = () => {}
  #asked = 0
  #closed = false

  constructor(settings: Settings, place: string) {
    this.#place = place
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#patienceMs = settings.answerMs + settings.connectMs + 5000
    const workerData: WorkerData = { settings, signal: this.#signal, port: port2 }
    this.#worker = new Worker(new URL('./worker/worker-main.ts', import.meta.url), {
      workerData,
      transferList: [port2],
      execArgv: [],
      name: 'holdfast postgres',
    })
    this.#worker.on('message', (message: Told | Signal) => {
      if ('signal' in message) this.#onSignal(message.signal)
      else this.#heard(message)
    })
    this.#worker.on('error', (error: unknown) => this.#failed(error))
    this.#worker.on('exit', () => this.#failed(new Error('the worker has ended')))
    this.#worker.unref()
    port1.unref()
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
    const id = ++this.#asked
    this.#port.postMessage({ id, request } satisfies Asked)
    for (;;) {
      const seen = Atomics.load(this.#signal, 0)
      const received = receiveMessageOnPort(this.#port)
      const told = received === undefined ? undefined : asTold(received.message)
      // An older one is the answer to a question that was given up.
      if (told?.id === id) return told.reply
      if (told !== undefined) continue
      if (Atomics.wait(this.#signal, 0, seen, this.#patienceMs) === 'timed-out')
        throw databaseUnreachable(this.#place, 'no answer', new Error('the worker does not answer'))
    }
  }

  tellForReply(request: Request): Promise<Reply> {
    if (this.#closed) return Promise.reject(closed())
    const id = ++this.#asked
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ id, request } satisfies Asked)
    })
  }

  onSignal(listener: (text: string) => void): void {
    this.#onSignal = listener
  }

  /** Goes on; whether it arrives nobody knows. */
  send(text: string): void {
    if (!this.#closed) this.#worker.postMessage({ id: 0, request: { kind: 'signal', text } } satisfies Asked)
  }

  #heard({ id, reply }: Told): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    waiting?.resolve(reply)
  }

  #failed(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error)
    for (const { reject } of this.#waiting.values()) reject(databaseUnreachable(this.#place, detail, error))
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    await this.tell({ kind: 'close' }).catch(() => {}) // What cannot be closed well ends with the worker.
    this.#closed = true
    this.#port.close()
    await this.#worker.terminate()
  }
}

/** Safe: nothing but our own worker writes to this port. */
const asTold = (message: unknown): Told => message as Told
