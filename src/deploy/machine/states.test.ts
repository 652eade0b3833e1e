import { expect, it } from 'vitest'
import { beginningsAfter } from './states.ts'

it('a retry can begin at each state up to the one after that in which it failed', () => {
  expect(beginningsAfter('Start')).toEqual(['CheckResources', 'BeforeHooks', 'Start', 'CheckHealth'])
  expect(beginningsAfter('AfterHooks').at(-1)).toBe('AfterHooks')
})

it('where it failed in none of them, it can begin at each', () => {
  expect(beginningsAfter('ReleaseLock')).toHaveLength(10)
  expect(beginningsAfter('Lock')).toEqual(beginningsAfter('ReleaseLock'))
})
