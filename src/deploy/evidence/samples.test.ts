import { describe, expect, it } from 'vitest'
import { isTooShort, joined, pieceBetween, sampleOf } from './samples.ts'
import { noCounts, type TrafficReading } from './traffic.ts'

type Side = Partial<TrafficReading['incoming']>
const side = (more: Side): TrafficReading['incoming'] => ({ ...noCounts, latency: [], ...more })
const reading = (at: number, incoming: Side, outgoing: Side, unplaced = 0): TrafficReading => ({
  ...{ at, unplaced },
  incoming: side(incoming),
  outgoing: side(outgoing),
})

const first = reading(0, {}, { requests: 100, spread: [[5, 100]] })
const second = reading(
  1000,
  { requests: 10, applicationFailures: 2, spread: [[7, 10]] },
  {
    requests: 190,
    deliveryFailures: 1,
    spread: [
      [5, 189],
      [400, 1],
    ],
  },
  3,
)
const third = reading(
  2000,
  {
    requests: 40,
    applicationFailures: 2,
    spread: [
      [7, 10],
      [9, 30],
    ],
  },
  { requests: 190, deliveryFailures: 1, spread: [] },
  3,
)

describe('a piece of the traffic', () => {
  it('is what was counted between two readings, old and new apart', () => {
    expect(sampleOf(4, pieceBetween(first, second))).toEqual({
      ...{ number: 4, from: 0, to: 1000, unplaced: 3 },
      incoming: { requests: 10, failures: 2, lost: 0, clientAborts: 0, p50Ms: 7, p99Ms: 7 },
      outgoing: { requests: 90, failures: 0, lost: 1, clientAborts: 0, p50Ms: 5, p99Ms: 400 },
    })
  })

  it('has no latency where nothing was asked', () => {
    expect(sampleOf(1, pieceBetween(second, third)).outgoing).toMatchObject({ requests: 0, p50Ms: null, p99Ms: null })
  })

  it('joined to its neighbour is what one longer piece would be, its latency too', () => {
    const whole = joined(pieceBetween(first, second), pieceBetween(second, third))
    expect(whole).toEqual({ ...pieceBetween(first, third), outgoing: whole.outgoing })
    expect(sampleOf(2, whole)).toMatchObject({
      ...{ from: 0, to: 2000, unplaced: 3 },
      incoming: { requests: 40, p50Ms: 9, p99Ms: 9 },
      outgoing: { requests: 90, p99Ms: 400 },
    })
  })

  it('counts anew with a counter that began anew', () => {
    expect(pieceBetween(second, reading(3000, { requests: 4 }, {}, 1))).toMatchObject({
      incoming: { requests: 4, applicationFailures: 0 },
      unplaced: 1,
    })
  })

  it.each([
    [499, true],
    [500, false],
  ])('of %i ms is too short to stand alone: %s', (ms, isShort) => {
    expect(isTooShort(pieceBetween(first, { ...second, at: ms }))).toBe(isShort)
  })
})
