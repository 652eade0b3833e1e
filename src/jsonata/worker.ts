/** The thread in which slow expressions run, so that they can be killed. Speaks `Job` and `Attempt` with workers.ts. */
import { parentPort } from 'node:worker_threads'
import { type Seed, seededChance } from './chance.ts'
import { type DialectBindings, Evaluator } from './evaluator.ts'
import { type Allowance, workerAllowance } from './limits.ts'

export type Job = {
  readonly source: string
  readonly bindings: DialectBindings
  readonly now: number
  readonly seed: Seed
}

const allowance: Allowance = workerAllowance
const evaluator = new Evaluator({ allowance, stopwatch: () => performance.now(), platformRegex: true })

parentPort?.on('message', ({ source, bindings, now, seed }: Job) => {
  parentPort?.postMessage(evaluator.evaluate(source, bindings, seededChance(now, seed)))
})
parentPort?.postMessage('ready')
