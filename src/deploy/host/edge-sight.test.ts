import { describe, expect, it } from 'vitest'
import type { Route, TargetStatus, TrafficStatus, TrafficWindow } from '../../edge/index.ts'
import type { EdgeReading } from '../../host/index.ts'
import { edgeSight } from './edge-sight.ts'
import { ratesOf, ratesSince } from './rates.ts'

const now = 1_000_000_000
const latency = (count: number, p50Ms: number, p99Ms: number) => ({ count, p50Ms, p90Ms: p99Ms, p99Ms, maxMs: p99Ms })
const window = (agoMs: number, requests: number, more: Partial<TrafficWindow> = {}): TrafficWindow => ({
  ...{ startedAt: now - agoMs, requests, classes: [0, requests, 0, 0, 0], edgeFailures: {} },
  ...{ clientAborts: 0, retries: 0, foreignAnswers: 0, latency: latency(requests, 10, 40) },
  ...more,
})

describe('the rates of a minute', () => {
  it('count requests and failures over the time that has passed, not over windows with traffic', () => {
    const windows = [window(60_000, 300, { classes: [0, 290, 0, 0, 10], edgeFailures: { connect_failed: 5 } })]
    expect(ratesOf({ windows, inFlight: 3 }, { now, startedAt: 0 })).toEqual({
      ...{ perSecond: 5, failedPerSecond: 0.25, p50Ms: 10, p99Ms: 40, inFlight: 3 },
    })
  })

  it('leave out what was before it, and take the worst ten seconds', () => {
    const windows = [window(120_000, 1000), window(20_000, 10), window(10_000, 30, { latency: latency(30, 30, 90) })]
    expect(ratesOf({ windows, inFlight: 0 }, { now, startedAt: 0 })).toMatchObject({ p50Ms: 25, p99Ms: 90 })
    expect(ratesSince(now)).toBe(now - 60_000)
  })

  it('of an edge that has just started are over its short life', () => {
    const windows = [window(4_000, 40)]
    expect(ratesOf({ windows, inFlight: 0 }, { now, startedAt: now - 4_000 }).perSecond).toBe(10)
    expect(ratesOf({ windows: [], inFlight: 0 }, { now, startedAt: now })).toMatchObject({ perSecond: 0, p99Ms: null })
  })
})

describe('the sight of an edge', () => {
  const traffic: TrafficStatus = { inFlight: 0, upgraded: 0, totals: window(0, 0), windows: [] }
  const target = (id: string, release: string, more: Partial<TargetStatus> = {}): TargetStatus => ({
    ...{ id, release, instance: id, state: 'active', serving: true, drained: false, ...traffic },
    health: {
      state: 'healthy',
      since: 1,
      successes: 3,
      failures: 0,
      evidence: { at: 1, verdict: 'pass', detail: '200' },
    },
    ...more,
  })
  const route: Route = {
    ...{ id: 'web', project: 'acme/shop', config: 'production', service: 'web', hosts: ['shop.example', '*'] },
    weights: [],
    targets: [
      {
        id: 'a-web-0',
        release: 'a',
        instance: 'a-web-0',
        address: { host: '127.0.0.1', port: 24_000 },
        state: 'active',
      },
    ],
  }
  const place = { project: 'acme/shop', config: 'production' }
  const reading: EdgeReading = {
    ...{ reachable: true, version: 3, now, startedAt: 0, listeners: [], crashes: 0, unrouted: {} },
    places: [{ ...place, routes: [route] }],
    routes: [
      {
        ...{ ...place, id: 'web', panic: false, edgeFailures: {} },
        releases: [
          { release: 'a', weight: 9, spread: [], ...traffic },
          { release: 'b', weight: 1, spread: [], ...traffic },
        ],
        targets: [target('a-web-0', 'a'), target('b-web-1', 'b', { serving: false, inFlight: 2 })],
      },
    ],
  }

  it('names addresses with their paths, shares of the traffic, and instances as people do', () => {
    const sight = edgeSight(reading)
    expect(sight).toMatchObject({
      routes: [
        {
          addresses: ['shop.example/', '*/'],
          panicThreshold: 0.5,
          releases: [
            { fleet: 'a', share: 0.9 },
            { fleet: 'b', share: 0.1 },
          ],
          targets: [
            { instance: 'web/0', address: '127.0.0.1:24000', isServing: true, isDraining: false, evidence: '200' },
            { instance: 'web/1', isServing: false, isDraining: true },
          ],
        },
      ],
    })
  })

  it('of one that is away says why, and shows nothing as if it were now', () => {
    expect(edgeSight({ reachable: false, why: 'It left', routes: [], places: reading.places })).toEqual({
      reachable: false,
      why: 'It left',
    })
  })
})
