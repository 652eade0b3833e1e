/** The traffic of a deployment as a table: a row for each piece of its time. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { TrafficSample } from '../client/deploy-schemas.ts'
import type { Context } from '../context.ts'
import { type Cell, fittingTable } from '../fitting-table.ts'
import { textWidth } from '../world.ts'
import { latency } from './words.ts'

const sides = ['outgoing', 'incoming'] as const

export function trafficText({ world, paint }: Context, samples: readonly TrafficSample[]): string {
  const begunAt = samples[0]?.from ?? 0
  if (samples.length === 0) return 'Nobody counted its traffic, or it has not begun to run.'
  const columns = [
    { head: 'AFTER' },
    ...['OLD', 'NEW'].flatMap((side) => [
      { head: `${side} /S` },
      { head: `${side} FAILED` },
      { head: `${side} P50`, weight: 2 },
      { head: `${side} P99`, weight: 1 },
    ]),
  ]
  const rows = samples.map((sample): readonly Cell[] => [
    formatDuration(sample.to - begunAt),
    ...sides.flatMap((side) => cellsOf(sample, side)),
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}

/** Without requests there is nothing that could have failed. */
function cellsOf({ from, to, ...sample }: TrafficSample, side: (typeof sides)[number]): readonly Cell[] {
  const { requests, failures, lost, p50Ms, p99Ms } = sample[side]
  const perSecond = (requests * 1000) / Math.max(1, to - from)
  const failed = failures + lost
  const told = requests === 0 ? '–' : String(failed)
  return [
    perSecond.toFixed(1),
    failed > 0 ? { tone: 'failed', word: told } : told,
    ...[p50Ms, p99Ms].map((ms) => (ms === undefined ? '–' : latency(ms))),
  ]
}
