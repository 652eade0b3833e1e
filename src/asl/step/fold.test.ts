import { describe, expect, it } from 'vitest'
import { aboutOf } from './driver.fake.ts'
import { deepFreeze } from './invariants.fake.ts'
import { applyChanges } from './fold.ts'
import { type Change, newExecution } from './state.ts'

const empty = newExecution(aboutOf('{}'))
const counters = { nextEventId: 1, nextFrame: 1, status: 'running' } as const
const open: Change = { kind: 'fan', frame: 1, items: ['1', '2'], size: 2, concurrency: 40 }

describe('folding changes', () => {
  it('leaves the state before as it was', () => {
    const before = deepFreeze(
      applyChanges(empty, [open, { kind: 'result', frame: 1, index: 0, output: '"a"' }], counters),
    )
    const after = applyChanges(before, [{ kind: 'result', frame: 1, index: 1, output: '"b"' }], counters)
    expect(before.fans.get(1)?.results.toArray()).toEqual(['"a"', undefined])
    expect(after.fans.get(1)?.results.toArray()).toEqual(['"a"', '"b"'])
  })

  it('keeps results that come between progress, and forgets those of a fan that is opened again', () => {
    const progress: Change = { kind: 'fanProgress', frame: 1, next: 2, open: 1, done: 1 }
    const result = (index: number): Change => ({ kind: 'result', frame: 1, index, output: String(index) })
    const fans = (changes: readonly Change[]): unknown => applyChanges(empty, changes, counters).fans.get(1)
    expect(fans([open, result(0), progress, result(1)])).toMatchObject({
      results: { size: 2, pages: [['0', '1']] },
      open: 1,
    })
    expect(fans([open, result(0), { kind: 'fanGone', frame: 1 }])).toBeUndefined()
    expect(fans([open, result(0), { kind: 'fanGone', frame: 1 }, open, result(1)])).toMatchObject({
      results: { pages: [[undefined, '1']] },
    })
  })

  it('refuses changes of a Map that is not there: they belong to another state', () => {
    expect(() => applyChanges(empty, [{ kind: 'result', frame: 1, index: 0, output: '1' }], counters)).toThrow(
      'frame 1 has no Map or Parallel to go on with',
    )
  })

  it('takes the results of a large Map one by one without copying them each time', () => {
    const size = 100_000
    const changes: Change[] = [{ ...open, items: [], size }]
    for (let index = 0; index < size; index++) {
      changes.push({ kind: 'result', frame: 1, index, output: '1' })
      changes.push({ kind: 'fanProgress', frame: 1, next: index, open: 1, done: index })
    }
    // Copying 100,000 places 100,000 times would take minutes.
    const { fans } = applyChanges(empty, changes, counters)
    expect(
      fans
        .get(1)
        ?.results.toArray()
        .every((text) => text === '1'),
    ).toBe(true)
  })
})
