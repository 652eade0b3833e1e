import { expect, it } from 'vitest'
import { groupAt, groups, placeOfId } from './navigation.ts'

it('each group has a letter of its own', () => {
  expect(new Set(groups.map(({ letter }) => letter)).size).toBe(groups.length)
})

it.each([
  ['/', 'overview'],
  ['/executions', 'executions'],
  ['/executions/order:1', 'executions'],
  ['/deploys/dep_1', 'deploys'],
  ['/executionsx', ''],
])('%s belongs to %s', (path, group) => {
  expect(groupAt(path)).toBe(group)
})

it.each([
  ['dep_01kah3v6r3c0pmv8m2zq7w9x5t', { kind: 'deployment', id: 'dep_01kah3v6r3c0pmv8m2zq7w9x5t' }],
  [' arn:aws:states:us-east-1:000000000000:execution:order:run-1 ', { kind: 'execution', id: 'order:run-1' }],
  ['order:run-123', { kind: 'execution', id: 'order:run-123' }],
  ['deploys', undefined],
])('%s leads to %j', (text, place) => {
  expect(placeOfId(text)).toEqual(place)
})
