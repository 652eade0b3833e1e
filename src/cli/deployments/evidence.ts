/** The proof that a deployment keeps, as a small table. Pure. */
import type { Evidence } from '../client/deploy-schemas.ts'
import { type Paint } from '../paint.ts'
import { grouped, latency } from './words.ts'

export function evidenceLines(evidence: Evidence | undefined, paint: Paint): readonly string[] {
  if (evidence === undefined) return ['  nobody counted the traffic']
  const phases = [
    ['before', evidence.before],
    ['during', evidence.during],
    ['after', evidence.after],
  ] as const
  if (phases.every(([, { requests }]) => requests === 0)) return ['  no requests came meanwhile']
  const isTimed = phases.some(([, { p99Ms }]) => p99Ms !== undefined)
  const cells = phases.map(([name, { requests, applicationFailures, deliveryFailures, p50Ms, p99Ms }]) => [
    name,
    grouped(requests),
    grouped(applicationFailures + deliveryFailures),
    ...(isTimed ? [latency(p50Ms), latency(p99Ms)] : []),
  ])
  const made = evidence.madeBySwitch
  return [
    `  ${paint.dim(rowOf(['', 'requests', 'failed', ...(isTimed ? ['p50', 'p99'] : [])]))}`,
    ...cells.map((row) => `  ${rowOf(row)}`),
    made === 0
      ? '  the switch cost no request'
      : `  ${paint.tone('failed', `the switch cost ${grouped(made)} requests`)}`,
  ]
}

/** The first to the left, numbers to the right. */
const rowOf = ([name = '', ...numbers]: readonly string[]): string =>
  `${name.padEnd(8)}${numbers.map((text) => text.padStart(9)).join('')}`
