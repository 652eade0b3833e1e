import { describe, expect, it } from 'vitest'
import {
  type InstanceHealth,
  judgeRunning,
  judgeStart,
  lapsedIn,
  pauseUntilNextReading,
  tellUnhealthy,
  type Watch,
  watchAfter,
  watched,
} from './judge.ts'

type State = InstanceHealth['state']
const one = (state: State, more: Partial<InstanceHealth> = {}): InstanceHealth => ({
  instance: 'web/0',
  state,
  restarts: 0,
  detail: 'as it is',
  ...more,
})
const expected = ['web/0']

/** The watch after these states, one reading each. */
function after(states: readonly State[]): Watch {
  return states.reduce<Watch>((watch, state) => watched(watch, [one(state)], 0), new Map())
}

describe('instances that come up', () => {
  it.each<[string, InstanceHealth[], string]>([
    ['are healthy when all are', [one('healthy')], 'healthy'],
    ['are waited for', [one('starting')], 'waiting'],
    ['are waited for while one answers badly', [one('unhealthy')], 'waiting'],
    ['are waited for while one is not seen yet', [], 'waiting'],
    ['have failed when one is gone', [one('gone')], 'failed'],
    ['have failed in a crash loop', [one('starting', { restarts: 3 })], 'failed'],
    ['have failed when waiting does not help', [one('starting', { hopeless: true })], 'failed'],
  ])('%s', (_what, reading, kind) => {
    expect(judgeStart({ expected, reading, watch: watched(new Map(), reading, 0) }).kind).toBe(kind)
  })

  it('have failed when one flaps', () => {
    const lapse: readonly State[] = ['healthy', 'unhealthy', 'unhealthy']
    const watch = after([...lapse, ...lapse, ...lapse])
    const verdict = judgeStart({ expected, reading: [one('unhealthy')], watch })
    expect(verdict).toEqual({ kind: 'failed', what: 'web/0: flapping, 3 times healthy and not: as it is' })
  })

  it('have not when single readings went wrong', () => {
    const lost: readonly State[] = ['healthy', 'unhealthy', 'healthy']
    expect(after([...lost, ...lost, ...lost, ...lost]).get('web/0')?.lapses).toEqual([])
  })

  it('have not when that was long ago', () => {
    const lapse = (watch: Watch, now: number): Watch =>
      (['healthy', 'unhealthy', 'unhealthy'] as const).reduce((seen, state) => watched(seen, [one(state)], now), watch)
    const question = { expected, reading: [one('unhealthy')] }
    const minutes = (...at: number[]): Watch => at.reduce<Watch>((watch, min) => lapse(watch, min * 60_000), new Map())
    expect(judgeStart({ ...question, watch: minutes(0, 5, 10) }).kind).toBe('waiting')
    expect(judgeStart({ ...question, watch: minutes(0, 5, 9.9) }).kind).toBe('failed')
  })

  it('are remembered from watch to watch when they lapsed, and only then', () => {
    const reading = (state: State) => [one(state), one('healthy', { instance: 'web/1' })]
    const first = watched(after(['healthy']), reading('unhealthy'), 1)
    expect(lapsedIn(first)).toEqual({})
    const lapsed = lapsedIn(watched(first, reading('unhealthy'), 2))
    expect(lapsed).toEqual({ 'web/0': { isWell: false, lapses: [2] } })
    const next = watched(watched(watchAfter(lapsed), reading('unhealthy'), 3), reading('unhealthy'), 4)
    expect(next.get('web/0')).toEqual({ isWell: false, lapses: [2], bad: 2, restarts: 0 })
    const well = watchAfter(lapsedIn(watched(next, reading('healthy'), 5)))
    const again = watched(watched(well, reading('unhealthy'), 6), reading('unhealthy'), 7)
    expect(again.get('web/0')?.lapses).toEqual([2, 7])
  })

  it('that have traffic were well before the first look', () => {
    const look = (watch: Watch, now: number): Watch => watched(watch, [one('unhealthy')], now, true)
    expect(look(look(new Map(), 1), 2).get('web/0')?.lapses).toEqual([2])
    expect(after(['unhealthy', 'unhealthy']).get('web/0')?.lapses).toEqual([])
  })

  it('have failed through no fault of the release where the target stands in their way', () => {
    const obstacle = { class: 'capacity', what: 'its port is taken', command: 'free it' } as const
    const reading = [one('unhealthy', { hopeless: true, obstacle })]
    expect(judgeStart({ expected, reading, watch: new Map() })).toMatchObject({ kind: 'failed', obstacle })
    expect(judgeRunning({ expected, reading, watch: new Map() })).toMatchObject({ kind: 'failed', obstacle })
  })

  it('are named while they are waited for', () => {
    const question = { expected: ['web/0', 'web/1'], reading: [one('starting')], watch: new Map() }
    expect(judgeStart(question)).toEqual({ kind: 'waiting', healthy: 0, of: 2 })
    expect(tellUnhealthy(question)).toBe('web/0 starting (as it is); web/1 is not there')
  })
})

describe('instances with traffic', () => {
  it.each<[State[], string]>([
    [['healthy'], 'healthy'],
    [['healthy', 'unhealthy'], 'waiting'],
    [['healthy', 'unhealthy', 'unhealthy'], 'waiting'],
    [['healthy', 'unhealthy', 'unhealthy', 'unhealthy'], 'failed'],
    [['healthy', 'unhealthy', 'healthy'], 'healthy'],
    [['healthy', 'gone'], 'failed'],
  ])('that were %j are %s', (states, kind) => {
    const reading = [one(states.at(-1) ?? 'gone')]
    expect(judgeRunning({ expected, reading, watch: after(states) }).kind).toBe(kind)
  })

  it('have failed when one is not there any more', () => {
    expect(judgeRunning({ expected, reading: [], watch: new Map() }).kind).toBe('failed')
  })
})

it('reads often at first, and never more seldom than each second', () => {
  expect([0, 500, 5000, 60_000].map(pauseUntilNextReading)).toEqual([100, 100, 500, 1000])
})
