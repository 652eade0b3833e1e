import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, callApi, openWorld, type World } from '../fake-world.ts'
import { at, description } from './deploying.fake.ts'

let world: World
afterEach(() => world.server.close())

describe('the events of a deployment', () => {
  const events = ({ text }: Answer) =>
    [...text.matchAll(/id: (\S+)\nevent: (\S+)\ndata: (.*)\n/g)].map(([, id = '', event = '', data = '']) => ({
      id,
      event,
      state: z.looseObject({ state: z.string() }).parse(JSON.parse(data)).state,
    }))
  const ended = { ...description, state: 'ReleaseLock', endedAt: at }
  const watched = (descriptions: readonly object[], now: object = descriptions[0] ?? {}) =>
    openWorld({
      describeDeployment: () => now,
      watchDeployment: async function* () {
        yield* descriptions
      },
    })
  const watch = (headers = {}) => callApi(world, 'GET /v1/deployments/dep_1/events', undefined, headers)

  it('hold the whole of it each time, and end with its end', async () => {
    world = await watched([description, { ...description, state: 'Switch' }, ended])
    const told = events(await watch())
    expect(told.map(({ event, state }) => `${event} ${state}`)).toEqual([
      'deployment Bake',
      'deployment Switch',
      'deployment ReleaseLock',
      'end ReleaseLock',
    ])
  })

  it('go on for who comes back, without what was told already', async () => {
    world = await watched([description, ended])
    const [first] = events(await watch())
    expect(events(await watch({ 'last-event-id': first?.id })).map(({ event }) => event)).toEqual(['deployment', 'end'])
    const foreign = events(await watch({ 'last-event-id': 'never-heard-of' }))
    expect(foreign.map(({ event }) => event)).toEqual(['deployment', 'deployment', 'end'])
  })

  it('are over for who was told the end', async () => {
    world = await watched([ended])
    const last = events(await watch()).at(-1)
    expect(await watch({ 'last-event-id': last?.id })).toMatchObject({ status: 204, text: '' })
  })

  it('have no end when the server leaves before it', async () => {
    world = await watched([description])
    expect(events(await watch()).map(({ event }) => event)).toEqual(['deployment'])
  })
})
