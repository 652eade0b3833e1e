import { describe, expect, it } from 'vitest'
import { measuresOf } from './measures.ts'

const now = Date.UTC(2026, 5, 30)
const minute = 60_000
const day = 24 * 60
const at = (minutesAgo: number): string => new Date(now - minutesAgo * minute).toISOString()
const deployment = (begun: number, committed: number | null, more: object = {}) =>
  ({
    ...{ project: 'acme/shop', config: 'production', kind: 'deploy', status: 'succeeded' },
    createdAt: at(begun),
    committedAt: committed === null ? null : at(committed),
    endedAt: at(committed ?? begun - 1),
    ...more,
  }) as Parameters<typeof measuresOf>[0][number]
const back = (from: number, until: number) => ({
  evidence: { back: { from: at(from), until: at(until), requests: 9 } },
})
const failed = (begun: number, more: object = {}) => deployment(begun, null, { status: 'failed', ...more })

describe('the measures of deploying', () => {
  it('say nothing where nothing happened', () => {
    expect(measuresOf([], now)).toEqual({
      ...{ deployed: 0, perDay: 0, successRate: undefined, changeFailureRate: undefined },
      ...{ medianDeployMs: undefined, medianRecoveryMs: undefined },
    })
  })

  it('count what was put in charge in the time, and leave out what is older', () => {
    const measures = measuresOf([deployment(10, 8), deployment(20, 16), deployment(31 * day, 31 * day - 1)], now)
    expect(measures).toMatchObject({ deployed: 2, successRate: 1, changeFailureRate: 0, medianDeployMs: 3 * minute })
  })

  it('spread it over the days that are known, for who has just begun', () => {
    expect(measuresOf([deployment(10, 8), deployment(20, 16)], now).perDay).toBe(2)
    expect(measuresOf([deployment(10, 8), deployment(9.5 * day, 9.4 * day)], now).perDay).toBeCloseTo(0.2)
    expect(measuresOf([deployment(10, 8), deployment(29.9 * day, 29.8 * day)], now).perDay).toBeCloseTo(2 / 30)
  })

  it('count a rollback as a failed change that was recovered from, as long as was measured', () => {
    const measures = measuresOf([deployment(5, 4, { kind: 'rollback', ...back(5, 4.5) }), deployment(20, 18)], now)
    expect(measures).toMatchObject({ deployed: 1, changeFailureRate: 1, medianRecoveryMs: minute / 2 })
  })

  it('count what came back by itself after it had traffic, in any place', () => {
    const elsewhere = deployment(48, 45, { config: 'staging' })
    const measures = measuresOf([failed(60, back(52, 50)), elsewhere, deployment(70, 68), deployment(80, 78)], now)
    expect(measures).toMatchObject({ deployed: 3, successRate: 3 / 4, changeFailureRate: 1 / 4 })
    expect(measures.medianRecoveryMs).toBe(2 * minute)
  })

  it('do not take what never got traffic for a change that failed, nor wait for its recovery', () => {
    expect(measuresOf([failed(60), deployment(70, 68)], now)).toMatchObject({
      ...{ successRate: 1 / 2, changeFailureRate: 0, medianRecoveryMs: undefined },
    })
  })

  it('take what is under way neither for a failure nor for a success', () => {
    const underWay = deployment(1, null, { status: 'running', endedAt: null })
    expect(measuresOf([underWay, deployment(9, 8)], now)).toMatchObject({ deployed: 1, successRate: 1 })
  })
})
