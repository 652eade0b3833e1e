import { expect, it } from 'vitest'
import { Meter } from '../proxy/meter.ts'
import type { WorkerReport } from '../worker/report.ts'
import { keepLastWords, mergeReports } from './merge-status.ts'

const outcome = { cause: undefined, clientAborted: false, retries: 0, foreign: false, latencyMs: 10 }

/** A report in which release r1 got so many answers, and one request is under way. */
function report(answers: number, now: number, serving = true): WorkerReport {
  const meter = new Meter()
  for (let at = 0; at < answers; at++) meter.count({ ...outcome, status: 200 }, now)
  meter.count({ ...outcome, status: undefined, cause: 'connect_failed' }, now)
  meter.inFlight = 1
  const counts = meter.counts(now)
  const health = { state: 'healthy', since: 0, successes: 9, failures: 0 } as const
  const names = { id: 'a', release: 'r1', instance: 'web.1', state: 'active' } as const
  return {
    version: 3,
    connections: 2,
    unrouted: { no_route: 1 },
    routes: [
      {
        id: 'shop',
        panic: false,
        inFlight: 1,
        edgeFailures: { no_target: 2 },
        releases: [{ release: 'r1', weight: 1, counts }],
        targets: [{ key: 'key', ...names, serving, health, counts }],
      },
    ],
  }
}

it('adds up workers, and those that have left', () => {
  const left = keepLastWords(keepLastWords(undefined, report(5, 10_000), []), report(7, 20_000), [])
  const { routes, unrouted } = mergeReports([report(1, 20_000), report(2, 20_000)], left)
  expect(unrouted).toEqual({ no_route: 4 })
  expect(routes[0]).toMatchObject({ id: 'shop', edgeFailures: { no_target: 8 } })
  const [release] = routes[0]?.releases ?? []
  // What left has nothing under way.
  expect(release).toMatchObject({ release: 'r1', inFlight: 2, totals: { requests: 19, classes: [0, 15, 0, 0, 0] } })
  expect(release?.totals.latency).toMatchObject({ count: 15, maxMs: 10 })
  expect(release?.windows.map(({ startedAt, requests }) => [startedAt, requests])).toEqual([
    [10_000, 6],
    [20_000, 13],
  ])
  expect(routes[0]?.targets[0]).toMatchObject({
    id: 'a',
    drained: false,
    totals: { edgeFailures: { connect_failed: 4 } },
  })
})

it('calls a target drained only when it is empty in every worker', () => {
  const empty = report(1, 10_000, false)
  const quiet = JSON.parse(JSON.stringify(empty).replaceAll('"inFlight":1', '"inFlight":0')) as WorkerReport
  expect(mergeReports([quiet, empty], undefined).routes[0]?.targets[0]).toMatchObject({ drained: false, inFlight: 1 })
  expect(mergeReports([quiet, quiet], undefined).routes[0]?.targets[0]).toMatchObject({ drained: true, inFlight: 0 })
})

it('shows nothing while no worker answers', () => {
  expect(mergeReports([], undefined)).toEqual({ routes: [], unrouted: {} })
})
