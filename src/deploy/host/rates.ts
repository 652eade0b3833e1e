/** What a release or a target was asked in the last minute, of the windows in which the edge counts. Pure. */
import { type TrafficStatus, type TrafficWindow, windowMs } from '../../edge/index.ts'

export type Rates = {
  readonly perSecond: number
  /** Answers of class 5xx that the application gave, and requests that failed on the way to it. */
  readonly failedPerSecond: number
  /** Weighted by how many each window had; null without answers. */
  readonly p50Ms: number | null
  /** Of the worst ten seconds: null without answers. */
  readonly p99Ms: number | null
  readonly inFlight: number
}

/** So many whole windows, and the one that runs. */
const wholeWindows = 6

/** What windows to ask an edge for, by its own clock or one that is near it. */
export const ratesSince = (now: number): number => startOf(now) - wholeWindows * windowMs

/** `now` and `startedAt` by the edge's clock: one that has just started has not counted for a minute. */
export function ratesOf(
  { windows, inFlight }: Pick<TrafficStatus, 'windows' | 'inFlight'>,
  { now, startedAt }: { readonly now: number; readonly startedAt: number },
): Rates {
  const since = Math.max(ratesSince(now), startedAt)
  const counted = windows.filter((window) => window.startedAt + windowMs > since)
  // Without traffic there is no window: the time that passed counts, and not that of the windows.
  const seconds = Math.max(1, (now - since) / 1000)
  const answered = counted.filter(({ latency }) => latency.count > 0)
  const answers = sum(answered, ({ latency }) => latency.count)
  return {
    perSecond: sum(counted, ({ requests }) => requests) / seconds,
    failedPerSecond: sum(counted, failuresIn) / seconds,
    p50Ms: answers === 0 ? null : sum(answered, ({ latency }) => latency.p50Ms * latency.count) / answers,
    p99Ms: answers === 0 ? null : Math.max(...answered.map(({ latency }) => latency.p99Ms)),
    inFlight,
  }
}

function failuresIn({ classes, edgeFailures }: TrafficWindow): number {
  return classes[4] + Object.values(edgeFailures).reduce((all, count) => all + count, 0)
}

const startOf = (now: number): number => Math.floor(now / windowMs) * windowMs

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((all, item) => all + of(item), 0)
