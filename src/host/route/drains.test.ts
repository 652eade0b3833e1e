import { expect, it } from 'vitest'
import type { EdgeEvent, EdgeHappening } from '../../edge/index.ts'
import { drainsAfter, isUnderWay, noDrains } from './drains.ts'

const named = { route: 'r', target: 'web-1', release: 'dep_1' }
const event = (happening: EdgeHappening): EdgeEvent => ({ id: 1, at: 0, ...happening })
const begun = event({ kind: 'drain_started', ...named, inFlight: 2 })
const web = { target: 'web-1', release: 'dep_1' }
const after = (...events: readonly EdgeEvent[]) => events.reduce(drainsAfter, noDrains)

it('knows of a drain from its beginning to its end, though its route is gone', () => {
  expect(isUnderWay(web, after(begun), [])).toBe(true)
  expect(isUnderWay({ ...web, release: 'dep_2' }, after(begun), [])).toBe(false)
  const drained = event({ kind: 'target_drained', ...named, tookMs: 5, cut: [] })
  expect(isUnderWay(web, after(begun, drained), [])).toBe(false)
  expect(isUnderWay(web, after(begun, event({ kind: 'drain_called_off', ...named })), [])).toBe(false)
})

it('drains on two routes end one by one', () => {
  const other = { ...named, route: 's' }
  const both = [begun, event({ kind: 'drain_started', ...other, inFlight: 1 })]
  const one = event({ kind: 'target_drained', ...named, tookMs: 5, cut: [] })
  expect(isUnderWay(web, after(...both, one), [])).toBe(true)
  expect(isUnderWay(web, after(...both, one, { ...one, ...other }), [])).toBe(false)
})

it('believes the status when events were missed', () => {
  expect(isUnderWay(web, after(begun, event({ kind: 'missed', until: 9 })), [])).toBe(false)
})
