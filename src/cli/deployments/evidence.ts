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
  const head = ['', 'requests', 'failed', ...(isTimed ? ['p50', 'p99'] : [])]
  const widths = head.map((word, i) => Math.max(word.length, ...cells.map((row) => (row[i] ?? '').length)))
  /** The first to the left, numbers to the right. */
  const rowOf = (row: readonly string[]): string =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ')
  const made = evidence.madeBySwitch
  return [
    `  ${paint.dim(rowOf(head))}`,
    ...cells.map((row) => `  ${rowOf(row)}`),
    made === 0
      ? '  the switch cost no request'
      : `  ${paint.tone('failed', `the switch cost ${grouped(made)} requests`)}`,
  ]
}
