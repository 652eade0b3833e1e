/** The thread in which slow expressions run, so that they can be killed. Speaks `Job` and `WorkerMessage` with workers.ts. */
import { getHeapStatistics } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { type Seed, seededChance } from './chance.ts'
import { type DialectBindings, Evaluator } from './evaluator.ts'
import { workerAllowance } from './limits.ts'
import type { Attempt } from './result.ts'

export type Job = {
  readonly source: string
  readonly bindings: DialectBindings
  readonly now: number
  readonly seed: Seed
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly attempt: Attempt; readonly heapBytes: number }

const evaluator = new Evaluator({ allowance: workerAllowance, stopwatch: () => performance.now(), platformRegex: true })

parentPort?.on('message', ({ source, bindings, now, seed }: Job) => {
  const attempt = evaluator.evaluate(source, bindings, seededChance(now, seed))
  reply({ kind: 'answer', attempt, heapBytes: getHeapStatistics().total_heap_size })
})
reply({ kind: 'ready' })

function reply(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}
