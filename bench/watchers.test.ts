import { expect, it } from 'vitest'
import { measureWatchers } from './watchers.ts'

it('those who watch are told of what goes on while the steps of W1 are made', async () => {
  const found = await measureWatchers({ watchers: 3, roundMs: 1200, rounds: 1 })
  expect(found.map(({ watched }) => watched)).toEqual(['a deployment that bakes', 'an execution that goes on'])
  for (const { eventsPerSecond, stepsWatched } of found) {
    expect(eventsPerSecond).toBeGreaterThan(0)
    expect(stepsWatched).toBeGreaterThan(0)
  }
})
