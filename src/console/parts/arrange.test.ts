import { expect, it } from 'vitest'
import { asItIs, held } from './arrange.ts'
import { rangeAt } from './window.ts'

type Row = { readonly id: string; readonly status: string }
const row = (id: string, status = 'running'): Row => ({ id, status })
const keyOf = ({ id }: Row): string => id
const shown = [row('c'), row('b'), row('a')]

it('what is new on top waits and is counted; what changed is what it has become, where it was', () => {
  const now = [row('e'), row('d'), row('c'), row('b', 'done'), row('a')]
  expect(held(shown, now, keyOf)).toEqual({
    items: [row('c'), row('b', 'done'), row('a')],
    waiting: 2,
    gone: new Set(),
  })
})

it('what is no longer in the list stays where it is, and is named', () => {
  expect(held(shown, [row('d'), row('c'), row('a')], keyOf)).toEqual({ items: shown, waiting: 1, gone: new Set(['b']) })
})

it('what comes behind the last row moves nothing, so it is shown', () => {
  const now = [...shown, row('z')]
  expect(held(shown, now, keyOf)).toEqual({ items: now, waiting: 0, gone: new Set() })
})

it('another list is shown as it is', () => {
  const now = [row('x'), row('y')]
  expect(held(shown, now, keyOf)).toEqual(asItIs(now))
  expect(held([], now, keyOf)).toEqual(asItIs(now))
})

it('the rows in sight are drawn in groups, with one more on each side', () => {
  expect(rangeAt(0, 320, 32)).toEqual({ first: 0, last: 16 })
  expect(rangeAt(3200, 320, 32)).toEqual({ first: 96, last: 116 })
})
