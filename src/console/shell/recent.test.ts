import { expect, it } from 'vitest'
import { parsed, recentOf, remembered } from './recent.ts'

it.each([
  ['/deploys/dep_1', { kind: 'deploys', id: 'dep_1' }],
  ['/executions/order%3Arun-1', { kind: 'executions', id: 'order:run-1' }],
  ['/deploys', undefined],
  ['/', undefined],
])('%s shows %j', (path, seen) => {
  expect(recentOf(path)).toEqual(seen)
})

it('what is looked at again stands first, once, and the oldest is forgotten', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'a']
  const list = ids.reduce<ReturnType<typeof remembered>>((all, id) => remembered(all, { kind: 'hosts', id }), [])
  expect(list.map(({ id }) => id)).toEqual(['a', 'g', 'f', 'e', 'd', 'c'])
})

it('what somebody else has written is nothing', () => {
  expect(parsed(null)).toEqual([])
  expect(parsed('{')).toEqual([])
  expect(parsed('[{"kind":"hosts","id":"tokyo"},{"kind":"moon","id":"x"},7]')).toEqual([{ kind: 'hosts', id: 'tokyo' }])
})
