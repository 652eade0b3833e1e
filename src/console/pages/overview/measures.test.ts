import { describe, expect, it } from 'vitest'
import { measuresOf } from './measures.ts'

const now = Date.UTC(2026, 5, 30)
const minute = 60_000
const at = (minutesAgo: number): string => new Date(now - minutesAgo * minute).toISOString()
const deployment = (begun: number, committed: number | null, more: object = {}) =>
  ({
    ...{ project: 'acme/shop', config: 'production', kind: 'deploy', status: 'succeeded' },
    createdAt: at(begun),
    committedAt: committed === null ? null : at(committed),
    endedAt: at(committed ?? begun - 1),
    ...more,
  }) as Parameters<typeof measuresOf>[0][number]

describe('the measures of deploying', () => {
  it('say nothing where nothing happened', () => {
    expect(measuresOf([], now)).toEqual({
      ...{ deployed: 0, perDay: 0, successRate: undefined, changeFailureRate: undefined },
      ...{ medianDeployMs: undefined, medianRecoveryMs: undefined },
    })
  })

  it('count what was begun in the time, and leave out what is older', () => {
    const measures = measuresOf([deployment(10, 8), deployment(20, 16), deployment(60 * 24 * 31, 0)], now)
    expect(measures).toMatchObject({ deployed: 2, successRate: 1, changeFailureRate: 0, medianDeployMs: 3 * minute })
    expect(measures.perDay).toBeCloseTo(2 / 30)
  })

  it('count a rollback as a failed change that was recovered from', () => {
    const measures = measuresOf([deployment(5, 4, { kind: 'rollback' }), deployment(20, 18)], now)
    expect(measures).toMatchObject({ deployed: 1, changeFailureRate: 1, medianRecoveryMs: minute })
  })

  it('measure recovery from the failure to the next release in charge of the same place', () => {
    const failed = deployment(60, null, { status: 'failed', endedAt: at(50) })
    const elsewhere = deployment(48, 45, { config: 'staging' })
    expect(measuresOf([deployment(45, 40), elsewhere, failed], now).medianRecoveryMs).toBe(10 * minute)
  })

  it('do not take one that is under way for a failure', () => {
    const underWay = deployment(1, null, { status: 'running', endedAt: null })
    expect(measuresOf([underWay, deployment(9, 8)], now)).toMatchObject({ deployed: 2, successRate: 1 })
  })
})
