import { describe, expect, it } from 'vitest'
import type { Deployment, TrafficSample } from '../../api/generated.ts'
import { columnsOf, marksOf, ratesOf, withSample } from './samples.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString()
const none = { requests: 0, failures: 0, lost: 0, clientAborts: 0, p50Ms: null, p99Ms: null }
const sample = (number: number, more: Partial<TrafficSample> = {}): TrafficSample => ({
  ...{ number, from: at(number - 1), to: at(number), incoming: none, outgoing: none, unplaced: 0 },
  ...more,
})

describe('the newest piece of the traffic', () => {
  it('is put behind the others, and takes the place of the one it has grown from', () => {
    expect(withSample([sample(1)], sample(2))).toEqual([sample(1), sample(2)])
    const grown = sample(2, { to: at(9) })
    expect(withSample([sample(1), sample(2)], grown)).toEqual([sample(1), grown])
    expect(withSample([], sample(1))).toEqual([sample(1)])
  })

  it('changes nothing when it is known, older, or not there', () => {
    const known = [sample(1), sample(2)]
    expect(withSample(known, sample(2))).toBe(known)
    expect(withSample(known, sample(1))).toBe(known)
    expect(withSample(known, null)).toBe(known)
  })

  it('says so when others between were missed', () => {
    expect(withSample([sample(1)], sample(3))).toBeUndefined()
    expect(withSample([], sample(7))).toBeUndefined()
  })
})

it('rates are of a second, failures of a hundred requests, and nothing is no rate', () => {
  const busy = { requests: 50, failures: 4, lost: 1, clientAborts: 9, p50Ms: 5, p99Ms: 40 }
  const two = sample(2, { from: at(0), incoming: busy })
  expect(ratesOf(two, 'incoming')).toEqual({ perSecond: 25, failedPercent: 10, p50Ms: 5, p99Ms: 40 })
  expect(ratesOf(two, 'outgoing')).toEqual({ perSecond: 0, failedPercent: null, p50Ms: null, p99Ms: null })
})

it('columns begin where the first piece begins', () => {
  const line = ({ number }: TrafficSample): number => number
  const start = Date.parse(at(0)) / 1000
  expect(columnsOf([sample(1), sample(2)], [line])).toEqual([
    [start, start + 1, start + 2],
    [1, 1, 2],
  ])
  expect(columnsOf([], [line])).toEqual([[], []])
})

describe('the moments of the switch', () => {
  type Call = Deployment['calls'][number]
  const call = (stage: string, more: Partial<Call> = {}): Call => ({
    ...{ id: stage, stage, kind: 'do', says: '', status: 'done', madeAt: at(0), answeredAt: at(3), undoneAt: null },
    ...more,
  })

  it('are those at which every call of a step was answered', () => {
    const calls = [
      call('Start/0'),
      call('Shift/0'),
      call('Shift/0', { answeredAt: at(4) }),
      call('Switch', { answeredAt: at(9) }),
    ]
    expect(marksOf({ kind: 'deploy', calls })).toEqual([
      { at: Date.parse(at(4)), kind: 'shift', stage: 'Shift/0' },
      { at: Date.parse(at(9)), kind: 'switch', stage: 'Switch' },
    ])
  })

  it('end with the way back', () => {
    const calls = [call('Switch', { status: 'undone', undoneAt: at(20) })]
    expect(marksOf({ kind: 'deploy', calls }).map(({ kind }) => kind)).toEqual(['switch', 'back'])
    expect(marksOf({ kind: 'rollback', calls: [call('Switch')] }).map(({ kind }) => kind)).toEqual(['back'])
  })

  it('are none before anything moved', () => {
    expect(marksOf({ kind: 'deploy', calls: [call('Switch', { status: 'planned', answeredAt: null })] })).toEqual([])
  })
})
