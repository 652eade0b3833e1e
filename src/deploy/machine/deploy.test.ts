import { afterEach, describe, expect, it } from 'vitest'
import { endWorlds, World } from '../world.ts'

afterEach(endWorlds)

describe('a deployment', () => {
  it('takes the first release to its target, state by state', async () => {
    const world = await new World().begin()
    const deployment = await world.deployed()
    expect(deployment).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    const path = await world.path(deployment.executionArn)
    expect(path.filter((state, i) => !state.endsWith('?') && state !== path[i - 2])).toEqual([
      'Enter',
      'Validate',
      'Lock',
      'CheckResources',
      'MakeRoom',
      'Prepare',
      'BeforeHooks',
      'Start',
      'CheckHealth',
      'SmokeTests',
      'Switch',
      'Watch',
      'AfterHooks',
      'KeepWarm',
      'CleanUp',
      'Success',
    ])
  })
})
