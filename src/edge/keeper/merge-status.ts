/** One status out of the reports of several workers, those that have left included. */
import type { EdgeFailures, ReleaseStatus, RouteStatus, TargetStatus } from '../contract.ts'
import { addFailures, mergeCounts, type MeterCounts, sumSpread, sumTraffic } from '../proxy/meter.ts'
import type { ReleaseReport, RouteReport, WorkerReport } from '../worker/report.ts'

/** `current` first among `live`: its word counts where only one can be right. `left`: what went with workers that left. */
export function mergeReports(
  live: readonly WorkerReport[],
  left: WorkerReport | undefined,
  windowsSince = 0,
): { readonly routes: readonly RouteStatus[]; readonly unrouted: EdgeFailures } {
  const gone = left === undefined ? [] : [left]
  const [current] = live
  return {
    routes: (current?.routes ?? []).map((route) =>
      mergeRoute(
        live.flatMap(({ routes }) => routes.filter(({ id }) => id === route.id)),
        gone.flatMap(({ routes }) => routes.filter(({ id }) => id === route.id)),
        windowsSince,
      ),
    ),
    unrouted: addFailures([...live, ...gone].map(({ unrouted }) => unrouted)),
  }
}

/** Adds the last words of a worker to those before. Only what the routes in force still name is kept. */
export function keepLastWords(
  before: WorkerReport | undefined,
  words: WorkerReport,
  live: readonly WorkerReport[],
): WorkerReport {
  const named = new Set([...live, words].flatMap(({ routes }) => routes.map(({ id }) => id)))
  const parts = before === undefined ? [words] : [before, words]
  const byId = Map.groupBy(
    parts.flatMap(({ routes }) => routes.filter(({ id }) => named.has(id))),
    ({ id }) => id,
  )
  return {
    version: words.version,
    connections: 0,
    unrouted: addFailures(parts.map(({ unrouted }) => unrouted)),
    routes: [...byId.values()].map(sumRoute),
  }
}

function sumRoute(parts: readonly RouteReport[]): RouteReport {
  const last = lastOf(parts)
  const releases = [
    ...groupCounts(
      parts.flatMap(({ releases }) => releases),
      ({ release }) => release,
    ),
  ]
  const targets = [
    ...groupCounts(
      parts.flatMap(({ targets }) => targets),
      ({ key }) => key,
    ),
  ]
  return {
    ...last,
    inFlight: 0,
    edgeFailures: addFailures(parts.map(({ edgeFailures }) => edgeFailures)),
    releases: releases.slice(-mostNames).map(({ parts: all, counts }) => ({ ...lastOf(all), counts })),
    targets: targets.slice(-mostNames).map(({ parts: all, counts }) => ({ ...lastOf(all), counts })),
  }
}

/** A year of deploys must not pile up here. */
const mostNames = 50

function groupCounts<T extends { readonly counts: MeterCounts }>(all: readonly T[], keyOf: (one: T) => string) {
  const groups = [...Map.groupBy(all, keyOf).values()]
  return groups.map((parts) => ({ parts, counts: mergeCounts(parts.map(({ counts }) => counts)) }))
}

function mergeRoute(live: readonly RouteReport[], gone: readonly RouteReport[], since: number): RouteStatus {
  const all = [...live, ...gone]
  const current = firstOf(live)
  return {
    id: current.id,
    panic: current.panic,
    edgeFailures: addFailures(all.map(({ edgeFailures }) => edgeFailures)),
    releases: mergeReleases(all, since),
    targets: mergeTargets(live, gone, since),
  }
}

function mergeReleases(all: readonly RouteReport[], since: number): readonly ReleaseStatus[] {
  const groups = Map.groupBy(
    all.flatMap(({ releases }) => releases),
    ({ release }) => release,
  )
  return [...groups.values()].map((parts: readonly ReleaseReport[]) => {
    const { release, weight } = firstOf(parts)
    const counted = parts.map(({ counts }) => counts)
    return { release, weight, ...sumTraffic(counted, since), spread: sumSpread(counted) }
  })
}

function mergeTargets(
  live: readonly RouteReport[],
  gone: readonly RouteReport[],
  since: number,
): readonly TargetStatus[] {
  const groups = Map.groupBy(
    live.flatMap(({ targets }) => targets),
    ({ key }) => key,
  )
  const before = gone.flatMap(({ targets }) => targets)
  return [...groups].map(([key, parts]) => {
    const first = firstOf(parts)
    const { id, release, instance, state, serving, health } = first
    const counts = [...parts, ...before.filter((target) => target.key === key)].map((part) => part.counts)
    const traffic = sumTraffic(counts, since)
    return { id, release, instance, state, serving, health, drained: !serving && traffic.inFlight === 0, ...traffic }
  })
}

/** Groups are never empty. */
function firstOf<T>(items: readonly T[]): T {
  const [first] = items
  if (first === undefined) throw new RangeError('a group without members')
  return first
}

function lastOf<T>(items: readonly T[]): T {
  const last = items.at(-1)
  if (last === undefined) throw new RangeError('a group without members')
  return last
}
