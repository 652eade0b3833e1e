/** A few workers for slow expressions: started when first needed, killed and replaced when one exceeds its limits. */
import { Worker } from 'node:worker_threads'
import type { Outcome } from '../asl/index.ts'
import { closed, workerFailed } from './errors.ts'
import { awsLimits, limitDetails, workerMemory } from './limits.ts'
import { finalOutcome } from './result.ts'
import type { Job, WorkerMessage } from './worker.ts'

/** The worker ends itself in time unless it is inside something that nothing interrupts: then it is killed. */
const graceMs = 100

const resourceLimits = {
  maxOldGenerationSizeMb: workerMemory.limitMb,
  maxYoungGenerationSizeMb: workerMemory.youngMb,
  stackSizeMb: 4,
}

type Waiting = { readonly job: Job; resolve(outcome: Outcome): void; reject(error: unknown): void }

export class Workers {
  readonly #size: number
  readonly #queue: Waiting[] = []
  readonly #members = new Set<Member>()
  #closed = false

  constructor(size: number) {
    this.#size = size
  }

  evaluate(job: Job): Promise<Outcome> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
      this.#assign()
    })
  }

  /** What waits is refused; what runs is killed. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of this.#queue.splice(0)) waiting.reject(closed())
    await Promise.all([...this.#members].map((member) => member.end(closed())))
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const member = [...this.#members].find((candidate) => candidate.idle) ?? this.#grow()
      const waiting = member === undefined ? undefined : this.#queue.shift()
      if (member === undefined || waiting === undefined) return
      member.take(waiting)
    }
  }

  #grow(): Member | undefined {
    if (this.#members.size >= this.#size) return undefined
    const member = new Member(
      () => this.#assign(),
      () => {
        this.#members.delete(member)
        this.#assign()
      },
    )
    this.#members.add(member)
    return member
  }
}

/** One worker and what it is doing. */
class Member {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits, execArgv: [] })
  readonly #freed: () => void
  readonly #lost: () => void
  #ready = false
  #ending = false
  #task: Waiting | undefined
  #kill: NodeJS.Timeout | undefined

  constructor(freed: () => void, lost: () => void) {
    this.#freed = freed
    this.#lost = lost
    this.#worker.on('message', (message: WorkerMessage) => this.#heard(message))
    this.#worker.on('error', (error) => this.#failed(error))
    this.#worker.on('exit', (code) => this.#gone(code))
    this.#worker.unref()
  }

  get idle(): boolean {
    return this.#task === undefined && !this.#ending
  }

  take(task: Waiting): void {
    this.#task = task
    // A process that awaits an answer must live to get it; an idle worker must not keep it alive.
    this.#worker.ref()
    if (this.#ready) this.#start(task)
  }

  async end(reason: unknown): Promise<void> {
    this.#ending = true
    this.#finish()?.reject(reason)
    await this.#worker.terminate()
  }

  #begin(): void {
    this.#ready = true
    if (this.#task !== undefined) this.#start(this.#task)
  }

  #start(task: Waiting): void {
    this.#worker.postMessage(task.job)
    this.#kill = setTimeout(() => this.#overdue(), awsLimits.timeMs + graceMs)
  }

  #heard(message: WorkerMessage): void {
    if (message.kind === 'ready') return this.#begin()
    const task = this.#finish()
    this.#worker.unref()
    if (message.heapBytes > workerMemory.replacedAboveBytes) {
      this.#ending = true
      void this.#worker.terminate()
    }
    task?.resolve(finalOutcome(message.attempt))
    this.#freed()
  }

  #overdue(): void {
    this.#ending = true
    this.#finish()?.resolve({ kind: 'failed', detail: limitDetails.time })
    void this.#worker.terminate()
  }

  #failed(error: unknown): void {
    this.#ending = true
    const task = this.#finish()
    const { code } = error instanceof Error && 'code' in error ? error : { code: undefined }
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') task?.resolve({ kind: 'failed', detail: limitDetails.memory })
    else task?.reject(workerFailed(error))
  }

  #gone(code: number): void {
    this.#finish()?.reject(workerFailed(new Error(`it exited with code ${code}`)))
    this.#lost()
  }

  #finish(): Waiting | undefined {
    clearTimeout(this.#kill)
    const task = this.#task
    this.#task = undefined
    return task
  }
}
