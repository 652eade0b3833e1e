import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExecutionView, type Row } from '../../../asl/index.ts'
import type { HistoryEvent } from '../../api/generated.ts'
import { Log } from './log.ts'
import { Moment } from './moment.ts'
import { placeOf, Tally } from './standing.ts'
import { Story } from './story.ts'

type Line = readonly [id: number, previous: number, type: string, details?: Readonly<Record<string, unknown>>]

function tell(lines: readonly Line[]): Story {
  const story = new Story((act) => act())
  for (const line of lines) story.add(eventOf(line))
  return story
}

/** What one step writes has one time. */
const secondOf = (id: number): number => (id >= 12 && id <= 14 ? 12 : id)

const eventOf = ([id, previousEventId, type, details]: Line): HistoryEvent => ({
  id,
  previousEventId,
  type,
  at: new Date(secondOf(id) * 1000).toISOString(),
  details: details ?? {},
})

const order: readonly Line[] = [
  [1, 0, 'ExecutionStarted', { input: '{"n":1}' }],
  [2, 0, 'TaskStateEntered', { name: 'Price', input: '{"n":1}' }],
  [3, 2, 'TaskScheduled', { parameters: '{"n":1}' }],
  [4, 3, 'TaskSucceeded', { output: '5' }],
  [5, 4, 'TaskStateExited', { name: 'Price', output: '{"n":1,"p":5}', assignedVariables: { price: '5', who: '"a"' } }],
  [6, 5, 'ParallelStateEntered', { name: 'Both', input: '{"n":1,"p":5}' }],
  [7, 6, 'ParallelStateStarted'],
  [8, 7, 'PassStateEntered', { name: 'Left', input: '{"n":1,"p":5}' }],
  [9, 8, 'PassStateExited', { name: 'Left', output: '1', assignedVariables: { inner: '1' } }],
  [10, 7, 'TaskStateEntered', { name: 'Right', input: '{"n":1,"p":5}' }],
  [11, 10, 'TaskScheduled', { parameters: '{}' }],
  [12, 11, 'TaskFailed', { error: 'Busy' }],
  [13, 12, 'ParallelStateFailed', { name: 'Both' }],
  [14, 13, 'ExecutionFailed', { error: 'Busy' }],
  [15, 14, 'ExecutionRedriven'],
  [16, 15, 'TaskScheduled', { parameters: '{}' }],
]

describe('a moment of an execution', () => {
  const story = tell(order)
  const tones = (at: number | undefined) => {
    const moment = new Moment(story, at)
    return ['Price', 'Both', 'Left', 'Right'].map((state) => moment.standing(state).tone ?? '-').join(' ')
  }

  it('has each state as it stood then', () => {
    expect(tones(1)).toBe('- - - -')
    expect(tones(3)).toBe('running - - -')
    expect(tones(8)).toBe('done running running -')
    expect(tones(12)).toBe('done running done waiting')
    expect(tones(14)).toBe('done failed done failed')
    expect(tones(16)).toBe('done running done running')
    expect(tones(undefined)).toBe('done running done running')
  })

  it('has the data that was in hand', () => {
    const inHand = (at: number) =>
      new Moment(story, at).open.map((row) => [row.name, new Moment(story, at).dataOf(row)?.text])
    expect(inHand(3)).toEqual([['Price', '{"n":1}']])
    expect(inHand(4)).toEqual([['Price', '5']])
    expect(inHand(11)).toEqual([
      ['Both', '{"n":1,"p":5}'],
      ['Right', '{"n":1,"p":5}'],
    ])
  })

  it('has the variables that a state saw: its own scope’s and those around it, never those of a branch beside it', () => {
    const seen = (at: number, state: string) => {
      const moment = new Moment(story, at)
      const [row] = moment.stays(state)
      return row === undefined
        ? []
        : moment.variablesOf(row).map(({ name, text, by }) => `${name}=${text} by ${by.name}`)
    }
    expect(seen(4, 'Price')).toEqual([])
    expect(seen(11, 'Right')).toEqual(['price=5 by Price', 'who="a" by Price'])
    expect(seen(11, 'Left')).toEqual(['inner=1 by Left', 'price=5 by Price', 'who="a" by Price'])
  })

  it('shows no more of a stay than had happened', () => {
    const moment = new Moment(story, 4)
    const [price] = moment.stays('Price')
    expect(price?.endedAt).toBeUndefined()
    expect(price === undefined ? [] : moment.eventsOf(price).map(({ id }) => id)).toEqual([2, 3, 4])
    expect(moment.stays('Both')).toEqual([])
  })

  it('has the end that it had before it was redriven', () => {
    expect(new Moment(story, 13).end).toBeUndefined()
    expect(new Moment(story, 14).end).toMatchObject({ status: 'FAILED', error: 'Busy' })
    expect(new Moment(story, 14).failed?.name).toBe('Right')
    expect(new Moment(story, 15).end).toBeUndefined()
  })

  it('is held within the history, and is now where there is none', () => {
    expect(new Moment(story, 99).at).toBe(16)
    expect(new Moment(story, 0).event?.id).toBe(1)
    expect(new Moment(tell([]), 5).at).toBeUndefined()
  })
})

/** What the rows say when everything up to an event is folded anew. */
function foldedTo(lines: readonly Line[], at: number): readonly Row[] {
  const view = new ExecutionView()
  for (const line of lines.slice(0, at)) {
    const event = eventOf(line)
    view.apply({ ...event, timestamp: Date.parse(event.at) })
  }
  return view.rows
}

/** Out of all stays at once. */
function naiveTone(stays: readonly Row[]) {
  const open = stays.filter(({ endedAt }) => endedAt === undefined)
  if (open.length > 0) return open.some(({ tone }) => tone === 'running') ? 'running' : 'waiting'
  const last = new Set(new Map(stays.map((row) => [placeOf(row), row.tone])).values())
  return (['failed', 'halted', 'done'] as const).find((tone) => last.has(tone))
}

describe('any moment', () => {
  it('is what folding the history up to it anew would show', () => {
    for (let at = 1; at <= order.length; at++) {
      const moment = new Moment(tell(order), at)
      const folded = foldedTo(order, at)
      for (const state of ['Price', 'Both', 'Left', 'Right']) {
        const stays = folded.filter(({ name }) => name === state)
        expect(moment.standing(state).tone).toBe(naiveTone(stays))
        expect(moment.stays(state).map(({ tone, endedAt }) => [tone, endedAt])).toEqual(
          stays.map(({ tone, endedAt }) => [tone, endedAt]),
        )
      }
    }
  })

  it('of 25,000 events is found without folding them again', () => {
    const lines: Line[] = [[1, 0, 'ExecutionStarted', { input: '{}' }]]
    for (let id = 2; id < 25_000; id += 4) {
      lines.push([id, id - 1, 'TaskStateEntered', { name: `S${id % 5}`, input: '{}' }])
      lines.push([id + 1, id, 'TaskScheduled', { parameters: '{}' }])
      lines.push([id + 2, id + 1, 'TaskSucceeded', { output: '{}' }])
      lines.push([id + 3, id + 2, 'TaskStateExited', { name: `S${id % 5}`, output: '{}' }])
    }
    const took = (work: () => void): number => {
      const began = performance.now()
      work()
      return performance.now() - began
    }
    const folding = Math.min(...Array.from({ length: 3 }, () => took(() => tell(lines))))
    const story = tell(lines)
    const looks = Array.from({ length: 101 }, (_, i) =>
      took(() => {
        const moment = new Moment(story, 1 + ((i * 7919) % story.events.length))
        for (let state = 0; state < 5; state++) moment.standing(`S${state}`)
        expect(moment.open.length).toBeLessThanOrEqual(1)
      }),
    )
    // Half of it, if a moment in the middle were folded anew. The middle one of many looks: stalls of the machine are no median.
    expect(looks.toSorted((a, b) => a - b)[50]).toBeLessThan(folding / 20)
  })
})

describe('the tally of a state', () => {
  const tone = fc.constantFrom('running', 'waiting', 'done', 'failed', 'halted')
  const change = fc.record({ stay: fc.nat(6), tone, iteration: fc.option(fc.nat(2), { nil: undefined }) })

  it('is what all its stays together say, however they change', () => {
    const property = fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const tally = new Tally()
      const rows = new Map<number, Row>()
      for (const { stay, tone: next, iteration } of changes) {
        const known = [...rows.keys()]
        // A new one comes behind all others.
        const id = known[stay] ?? known.length + 1
        const begun = iteration === undefined ? undefined : { row: { enteredId: 9 }, iteration }
        const inside = rows.has(id) ? rows.get(id)?.inside : begun
        const endedAt = next === 'running' || next === 'waiting' ? undefined : 1
        const row = { enteredId: id, tone: next, endedAt, attempts: 1, inside } as unknown as Row
        rows.set(id, row)
        tally.note(row)
        const all = [...rows.values()]
        expect(tally.standing.tone).toBe(naiveTone(all))
        expect(tally.standing.failed).toBe(all.filter(({ tone: each }) => each === 'failed').length)
      }
    })
    fc.assert(property, { numRuns: 300, seed: 20_261_130 })
  })
})

it('a log knows what was at any event', () => {
  const log = new Log<string>()
  log.note(3, 'a')
  log.note(7, 'b')
  log.note(7, 'c')
  expect([2, 3, 6, 7, 100].map((at) => log.at(at))).toEqual([undefined, 'a', 'a', 'c', 'c'])
})
