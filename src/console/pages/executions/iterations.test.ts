import { expect, it } from 'vitest'
import { toneOf } from './iterations.ts'
import { Story } from './story.ts'

type Line = readonly [previous: number, type: string, details?: Readonly<Record<string, unknown>>]

/** Ids are the places of the lines; seconds pass with them. */
function tell(lines: readonly Line[]): Story {
  const story = new Story((act) => act())
  for (const [place, [previousEventId, type, details]] of lines.entries()) {
    const id = place + 1
    story.add({ id, previousEventId, type, at: new Date(id * 1000).toISOString(), details: details ?? {} })
  }
  return story
}

const begun: readonly Line[] = [
  [0, 'ExecutionStarted', { input: '[]' }],
  [1, 'MapStateEntered', { name: 'Each' }],
  [2, 'MapStateStarted', { length: 3 }],
  [3, 'MapIterationStarted', { name: 'Each', index: 0 }],
  [4, 'TaskStateEntered', { name: 'Pay' }],
  [3, 'MapIterationStarted', { name: 'Each', index: 1 }],
  [6, 'WaitStateEntered', { name: 'Wait' }],
  [5, 'TaskStateExited', { name: 'Pay' }],
  [8, 'MapIterationSucceeded', { name: 'Each', index: 0 }],
  [7, 'MapIterationFailed', { name: 'Each', index: 1 }],
]

it('of each item it is known where it is, how it ended and when', () => {
  const story = tell(begun)
  const [map] = story.stays('Each')
  const all = map === undefined ? [] : story.iterations.at(map, undefined)
  expect(all.map((one) => [one.index, toneOf(one), one.last?.name, one.startedAt, one.ended?.at])).toEqual([
    [0, 'done', 'Pay', 4000, 9000],
    [1, 'failed', 'Wait', 6000, 10_000],
  ])
})

it('they are as they were at any event', () => {
  const story = tell(begun)
  const [map] = story.stays('Each')
  const tonesAt = (event: number) =>
    map === undefined ? [] : story.iterations.at(map, event).map(({ ended }) => ended?.tone)
  expect(tonesAt(3)).toEqual([])
  expect(tonesAt(5)).toEqual([undefined])
  expect(tonesAt(9)).toEqual(['done', undefined])
  expect(tonesAt(10)).toEqual(['done', 'failed'])
})
