/** The traffic of a deployment over its time, as columns for plots and rows for readers. Pure. */
import type { Deployment, TrafficSample } from '../../api/generated.ts'

/** With the newest one, which may be the last one grown longer. Undefined when some in between were missed: then all are asked for. */
export function withSample(
  samples: readonly TrafficSample[],
  newest: TrafficSample | null,
): readonly TrafficSample[] | undefined {
  const last = samples.at(-1)
  if (newest === null || (last !== undefined && newest.number < last.number)) return samples
  if (last === undefined) return newest.number === 1 ? [newest] : undefined
  if (newest.number === last.number) return newest.to === last.to ? samples : [...samples.slice(0, -1), newest]
  return newest.number === last.number + 1 ? [...samples, newest] : undefined
}

export type Side = 'incoming' | 'outgoing'
export type Rates = {
  readonly perSecond: number
  /** Of its requests, 0 to 100. Null without any. */
  readonly failedPercent: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

export function ratesOf({ from, to, ...sides }: TrafficSample, side: Side): Rates {
  const { requests, failures, lost, p50Ms, p99Ms } = sides[side]
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000
  return {
    perSecond: seconds > 0 ? requests / seconds : 0,
    failedPercent: requests === 0 ? null : Math.min(100, ((failures + lost) / requests) * 100),
    ...{ p50Ms, p99Ms },
  }
}

/** Seconds since 1970, and a column for each line: what plots take. The first point is where the first piece begins. */
export type Columns = readonly [times: readonly number[], ...lines: readonly (readonly (number | null)[])[]]

export function columnsOf(
  samples: readonly TrafficSample[],
  lines: readonly ((sample: TrafficSample) => number | null)[],
): Columns {
  const [first] = samples
  if (first === undefined) return [[], ...lines.map(() => [])]
  const times = [Date.parse(first.from), ...samples.map(({ to }) => Date.parse(to))].map((ms) => ms / 1000)
  return [times, ...lines.map((line) => [line(first), ...samples.map(line)])]
}

export type Mark = {
  readonly at: number
  readonly kind: 'shift' | 'switch' | 'back'
  /** Percent of the traffic that the new version has from here on, where it is told. */
  readonly stage: string
}

/** When the traffic was moved, and when it was moved back: as the calls that did it were answered. */
export function marksOf({ calls, kind }: Pick<Deployment, 'calls' | 'kind'>): readonly Mark[] {
  const moves = calls.filter(({ stage, kind: what }) => what === 'do' && /^(Shift|Switch)/.test(stage))
  const made = latestByStage(
    moves.flatMap(({ stage, answeredAt, status }) =>
      answeredAt === null || status === 'failed' ? [] : [{ stage, at: Date.parse(answeredAt) }],
    ),
  )
  const back = moves.flatMap(({ undoneAt, status }) =>
    undoneAt === null || status !== 'undone' ? [] : [Date.parse(undoneAt)],
  )
  const forward = made.map(({ stage, at }): Mark => {
    if (kind === 'rollback') return { at, kind: 'back', stage }
    return { at, kind: stage.startsWith('Switch') ? 'switch' : 'shift', stage }
  })
  return back.length === 0 ? forward : [...forward, { at: Math.max(...back), kind: 'back', stage: 'Compensate' }]
}

/** Several services move in one step: it is over with the last of them. */
function latestByStage(moves: readonly { readonly stage: string; readonly at: number }[]) {
  const latest = new Map<string, number>()
  for (const { stage, at } of moves) latest.set(stage, Math.max(at, latest.get(stage) ?? at))
  return [...latest].map(([stage, at]) => ({ stage, at })).toSorted((a, b) => a.at - b.at)
}
