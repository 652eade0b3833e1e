/** One life of the worker that holds the connections, and the two ways to it: for who sleeps until the answer, and who goes on. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { type Asked, type Reply, type Settings, type Signal, slots, type Told, type WorkerData } from './wire.ts'

export type WorkerEvents = {
  told(told: Told): void
  signalled(text: string): void
  /** Once, and never while `ask` sleeps: nothing that was asked of it and is not answered will be. */
  gone(error: Error): void
}

export class WorkerThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #signal = new Int32Array(new SharedArrayBuffer(8))
  readonly #transactions = new BigInt64Array(new SharedArrayBuffer(8 * slots))
  readonly #events: WorkerEvents
  #gone = false

  constructor(settings: Settings, events: WorkerEvents) {
    this.#events = events
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const workerData: WorkerData = { settings, signal: this.#signal, transactions: this.#transactions, port: port2 }
    this.#worker = new Worker(new URL('./worker/worker-main.ts', import.meta.url), {
      workerData,
      transferList: [port2],
      execArgv: [],
      name: 'holdfast postgres',
    })
    this.#worker.on('message', (message: Told | Signal) => {
      if ('signal' in message) events.signalled(message.signal)
      else events.told(message)
    })
    this.#worker.on('error', (error: unknown) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the worker has ended')))
    this.keepsProcess = false
    port1.unref()
  }

  /** Whether the process lives as long as it does. */
  set keepsProcess(keeps: boolean) {
    if (keeps) this.#worker.ref()
    else this.#worker.unref()
  }

  /** The number of the whole transaction that was told last with this slot; undefined: it cannot have been committed. */
  transactionIn(slot: number): string | undefined {
    const number = Atomics.load(this.#transactions, slot)
    return number === 0n ? undefined : String(number)
  }

  clearSlot(slot: number): void {
    Atomics.store(this.#transactions, slot, 0n)
  }

  /** Goes on. */
  tell(asked: Asked): void {
    this.#worker.postMessage(asked)
  }

  /** Sleeps until the answer is there; undefined: there will be none. */
  ask(asked: Asked, patienceMs: number): Reply | undefined {
    this.#port.postMessage(asked)
    for (;;) {
      const seen = Atomics.load(this.#signal, 0)
      const received = receiveMessageOnPort(this.#port)
      const told = received === undefined ? undefined : asTold(received.message)
      // An older one is the answer to a question that was given up.
      if (told?.id === asked.id) return told.reply
      if (told !== undefined) continue
      const ended = Atomics.load(this.#signal, 1) === 1
      // It answers for every silence of the database in time: one that does not is itself no more.
      if (ended || Atomics.wait(this.#signal, 0, seen, patienceMs) === 'timed-out') return this.#giveUp()
    }
  }

  /** Its end would be heard only after this turn. */
  #giveUp(): undefined {
    this.#end(new Error('the worker does not answer'))
    void this.terminate()
  }

  #end(error: unknown): void {
    if (this.#gone) return
    this.#gone = true
    this.#port.close()
    this.#events.gone(error instanceof Error ? error : new Error(String(error)))
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Safe: nothing but our own worker writes to this port. */
const asTold = (message: unknown): Told => message as Told
