import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { elsewhereMs, watchElsewhere } from './elsewhere.ts'
import { Signals } from './signals.ts'

it('whoever watches or waits looks again now and then, for another process may have changed something', () => {
  const [clock, changes, signals] = [new VirtualClock(), new Signals(), new Signals()]
  const looked: string[] = []
  changes.on('a', () => looked.push('a changed'))
  signals.on('b', () => looked.push('b is to look'))
  const stop = watchElsewhere({ clock, changes, signals })
  clock.advanceBy(elsewhereMs)
  expect(looked).toEqual(['a changed', 'b is to look'])
  clock.advanceBy(2 * elsewhereMs)
  expect(looked).toHaveLength(6)
  stop()
  expect(clock.nextAlarm()).toBeUndefined()
})
