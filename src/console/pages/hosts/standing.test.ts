import { expect, it } from 'vitest'
import {
  failedShare,
  fullness,
  instanceStanding,
  mostUrgentFirst,
  msWords,
  percentWords,
  rateWords,
  sizeWords,
  standingOf,
  targetStanding,
} from './standing.ts'

const seen = '2026-11-30T00:00:00.000Z'

it.each([
  [{ state: 'connected', isDraining: false, lastSeenAt: seen }, 'connected', 'done'],
  [{ state: 'draining', isDraining: true, lastSeenAt: seen }, 'draining', 'halted'],
  [{ state: 'away', isDraining: false, lastSeenAt: seen }, 'away', 'failed'],
  [{ state: 'away', isDraining: true, lastSeenAt: seen }, 'awayDraining', 'failed'],
  [{ state: 'away', isDraining: false }, 'awaited', 'waiting'],
] as const)('a host with %j is %s', (host, says, tone) => {
  expect(standingOf(host)).toEqual({ says, tone })
})

it('of many hosts those that went away come first, and those that never came do not hide them', () => {
  const awaited = { name: 'a', state: 'away', isDraining: false } as const
  const well = { name: 'b', state: 'connected', isDraining: false, lastSeenAt: seen } as const
  const gone = { name: 'c', state: 'away', isDraining: true, lastSeenAt: seen } as const
  expect(mostUrgentFirst([awaited, well, gone]).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
})

it.each([
  [{ phase: 'running', state: 'healthy' }, 'healthy'],
  [{ phase: 'running', state: 'unhealthy' }, 'unhealthy'],
  [{ phase: 'crash-looping', state: 'unhealthy' }, 'crashLooping'],
  [{ phase: 'stopping', state: 'healthy' }, 'stopping'],
  [{ phase: 'running' }, 'unknown'],
] as const)('an instance with %j is %s', (instance, says) => {
  expect(instanceStanding(instance).says).toBe(says)
})

it.each([
  [{ state: 'active', isServing: true, isDraining: false, health: 'healthy' }, 'serving'],
  [{ state: 'active', isServing: false, isDraining: false, health: 'healthy' }, 'warm'],
  [{ state: 'warm', isServing: false, isDraining: true, health: 'healthy' }, 'draining'],
  [{ state: 'draining', isServing: false, isDraining: false, health: 'healthy' }, 'drained'],
  [{ state: 'active', isServing: true, isDraining: false, health: 'impostor' }, 'impostor'],
] as const)('a target with %j is %s', (target, says) => {
  expect(targetStanding(target).says).toBe(says)
})

it('numbers are no finer than anybody reads them', () => {
  expect([0, 0.04, 0.42, 9.96, 1204.4].map((rate) => rateWords(rate, 'en'))).toEqual([
    '0',
    '<0.1',
    '0.4',
    '10',
    '1,204',
  ])
  expect([null, 0.64, 41.2, 15_000].map(msWords)).toEqual(['–', '0.6 ms', '41 ms', '15 s'])
  expect([0, 0.001, 0.5, 1].map((share) => percentWords(share, 'en'))).toEqual(['0%', '0.1%', '50%', '100%'])
  expect([0, 850_000_000, 3.4 * 2 ** 30].map(sizeWords)).toEqual(['0 MiB', '811 MiB', '3.4 GiB'])
})

it('what is nearly full says so, and nothing is fuller than full', () => {
  expect(fullness(95, 100)).toEqual({ share: 0.95, isTight: true })
  expect(fullness(8, 4)).toEqual({ share: 1, isTight: true })
  expect(fullness(1, 0)).toEqual({ share: 0, isTight: false })
})

it('nothing asked is no failure', () => {
  expect(failedShare({ perSecond: 0, failedPerSecond: 0 })).toBeNull()
  expect(failedShare({ perSecond: 10, failedPerSecond: 1 })).toBe(0.1)
})
