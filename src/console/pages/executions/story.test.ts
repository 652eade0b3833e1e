import { describe, expect, it } from 'vitest'
import { dataOf } from './data.ts'
import { Tally } from './standing.ts'
import { Story } from './story.ts'

type Line = readonly [id: number, previous: number, type: string, details?: Readonly<Record<string, unknown>>]

/** Frames pass at once. */
function tell(lines: readonly Line[]): Story {
  const story = new Story((act) => act())
  for (const [id, previousEventId, type, details] of lines) {
    story.add({ id, previousEventId, type, at: new Date(id * 1000).toISOString(), details: details ?? {} })
  }
  return story
}

const retried: readonly Line[] = [
  [1, 0, 'ExecutionStarted', { input: '{"n":1}' }],
  [2, 1, 'TaskStateEntered', { name: 'Pay', input: '{"n":1}' }],
  [3, 2, 'TaskScheduled', { resourceType: 'lambda', resource: 'invoke', parameters: '{"a":1}' }],
  [4, 3, 'TaskFailed', { error: 'Busy', cause: 'later' }],
  [5, 4, 'TaskScheduled', { resourceType: 'lambda', resource: 'invoke', parameters: '{"a":1}' }],
  [6, 5, 'TaskSucceeded', { output: '{"r":2}' }],
  [7, 6, 'TaskStateExited', { name: 'Pay', output: '{"n":1,"r":2}', assignedVariables: { total: '7' } }],
]

describe('a stay in a state', () => {
  it('has what went in, was sent, came back and went out, and each attempt', () => {
    const story = tell(retried)
    const [stay] = story.stays('Pay')
    expect(stay).toBeDefined()
    const data = dataOf(stay === undefined ? [] : story.eventsOf(stay))
    expect(data).toMatchObject({
      input: '{"n":1}',
      arguments: '{"a":1}',
      result: '{"r":2}',
      output: '{"n":1,"r":2}',
      variables: { total: '7' },
    })
    expect(data.attempts).toMatchObject([
      { number: 1, tone: 'failed', error: 'Busy', cause: 'later', resource: 'lambda:invoke' },
      { number: 2, tone: 'done', result: '{"r":2}', scheduledAt: 5000, endedAt: 6000 },
    ])
  })

  it('is told once, also when the connection brings it again', () => {
    const story = tell([...retried, ...retried])
    expect(story.events).toHaveLength(7)
    expect(story.stays('Pay')).toHaveLength(1)
  })
})

describe('how a state stands', () => {
  const standingOf = (...stays: readonly never[]) => {
    const tally = new Tally()
    for (const row of stays) tally.note(row)
    return tally.standing
  }
  let id = 0
  const stay = (tone: string, endedAt: number | undefined, iteration?: number) =>
    ({
      enteredId: ++id,
      tone,
      endedAt,
      attempts: 1,
      inside: iteration === undefined ? undefined : { row: { enteredId: 9 }, iteration },
    }) as never

  it('is nothing before it was reached', () => {
    expect(standingOf().tone).toBeUndefined()
  })

  it('is what is open, before anything that has ended', () => {
    expect(standingOf(stay('failed', 1, 0), stay('running', undefined, 1)).tone).toBe('running')
    expect(standingOf(stay('done', 1, 0), stay('waiting', undefined, 1)).tone).toBe('waiting')
  })

  it('is the worst of the iterations of a Map, but of a loop its last round', () => {
    expect(standingOf(stay('failed', 1, 0), stay('done', 2, 1))).toMatchObject({
      tone: 'failed',
      failed: 1,
      stays: 2,
    })
    expect(standingOf(stay('failed', 1), stay('done', 2)).tone).toBe('done')
  })
})
