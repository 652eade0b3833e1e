/** Several worker processes, started when they are needed: which of them gets the next request, and what must wait. */
import type { TaskAnswer } from '../../resource-handler.ts'
import { failed, givenUp, taskErrors } from '../task-answer.ts'
import type { ProcedureSummary, Request } from './protocol.ts'
import { type Reply, type WorkerOptions, WorkerProcess } from './worker-process.ts'

export type PoolOptions = WorkerOptions & {
  readonly processes: number
  /** How many requests one process is given at once. */
  readonly callsPerProcess: number
}

type Waiting = {
  readonly request: () => Request
  readonly signal: AbortSignal
  readonly resolve: (reply: Reply | Promise<Reply>) => void
  readonly leave: () => void
}

export class WorkerPool {
  readonly #options: PoolOptions
  readonly #workers = new Set<WorkerProcess>()
  readonly #waiting = new Set<Waiting>()
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Starts a process if there is none. @throws HoldfastError procedure.config */
  load(): Promise<readonly ProcedureSummary[]> {
    const [open] = this.#open()
    return (open ?? this.#start()).loaded
  }

  /** Never fails. `request` is made when its turn has come. */
  ask(request: () => Request, signal: AbortSignal): Promise<Reply> {
    if (this.#closed) return Promise.resolve(answered(closedAnswer))
    if (signal.aborted) return Promise.resolve(answered(givenUp()))
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(waiting)
        resolve(answered(givenUp()))
      }
      const waiting: Waiting = { request, signal, resolve, leave }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(waiting)
      this.#dispatch()
    })
  }

  /** Kills every process; what is not answered yet fails. Fulfilled when all of them are gone. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { resolve } of this.#waiting) resolve(answered(closedAnswer))
    this.#waiting.clear()
    const workers = [...this.#workers]
    for (const worker of workers) worker.kill(taskErrors.processEnded, closedCause)
    await Promise.all(workers.map((worker) => worker.gone))
  }

  #dispatch(): void {
    for (const waiting of this.#waiting) {
      const worker = this.#closed ? undefined : this.#next()
      if (worker === undefined) return
      this.#waiting.delete(waiting)
      waiting.signal.removeEventListener('abort', waiting.leave)
      waiting.resolve(worker.ask(waiting.request(), waiting.signal))
    }
  }

  /** An idle process, else a new one, else the one with the least to do; undefined when all have enough. */
  #next(): WorkerProcess | undefined {
    const { processes, callsPerProcess } = this.#options
    const open = this.#open()
    const least = open.toSorted((a, b) => a.load - b.load)[0]
    if (least?.load === 0) return least
    // Retired processes count by what runs in them: however many go bad, no more than this runs at once.
    const running = [...this.#workers].reduce((sum, worker) => sum + worker.load, 0)
    if (running >= processes * callsPerProcess) return undefined
    if (open.length < processes) return this.#start()
    return least !== undefined && least.load < callsPerProcess ? least : undefined
  }

  #open(): WorkerProcess[] {
    return [...this.#workers].filter((worker) => worker.open)
  }

  #start(): WorkerProcess {
    const worker = new WorkerProcess(this.#options, () => this.#dispatch())
    this.#workers.add(worker)
    void worker.gone.then(() => this.#workers.delete(worker))
    return worker
  }
}

const closedCause = 'The worker was closed.'
const closedAnswer = failed(taskErrors.processEnded, closedCause)

function answered(answer: TaskAnswer): Reply {
  return { kind: 'answer', answer }
}
