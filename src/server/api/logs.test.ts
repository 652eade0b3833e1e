import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import type { FollowedLines } from '../../deploy/index.ts'
import { callApi, openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const source = { host: 'north', id: 'dep_1-web-0', instance: 'web/0', service: 'web', deployment: 'dep_1' }
const told = { host: 'north', instance: 'web/0', service: 'web', deployment: 'dep_1' }
const where = 'project=shop%2Fweb&config=production'

describe('the logs', () => {
  it('are read as JSON, with the hosts that are missing', async () => {
    const silent = [{ host: 'south', reason: 'its agent is away' }]
    world = await openWorld({ readLogs: () => ({ lines: [{ ...source, text: 'up' }], silent }) })
    const answer = await callApi(world, `GET /v1/logs?${where}&service=web&lines=5`)
    expect(answer).toMatchObject({ status: 200, body: { items: [{ ...told, text: 'up' }], silent } })
    const [verb, request] = world.calls[0] ?? []
    expect([verb, request]).toEqual([
      'readLogs',
      { project: 'shop/web', config: 'production', service: 'web', lines: 5 },
    ])
  })

  it('are followed as events, taken up again at the place where the reader left', async () => {
    const pieces: FollowedLines[] = [
      { lines: ['a', 'b'].map((text) => ({ ...source, text })), positions: { 'dep_1-web-0': 4 } },
      { lines: [{ ...source, text: 'c', gap: true }], positions: { 'dep_1-web-0': 6 } },
    ]
    world = await openWorld({
      followLogs: async function* () {
        yield* pieces
      },
    })
    const { text } = await callApi(world, `GET /v1/logs?${where}&follow=true`)
    const events = [...text.matchAll(/(?:id: (\S+)\n)?event: line\ndata: (.*)\n/g)].map(([, id, data = '']) => [
      id,
      JSON.parse(data),
    ])
    const id = (at: number) => Buffer.from(JSON.stringify({ 'dep_1-web-0': at })).toString('base64url')
    expect(events).toEqual([
      [undefined, { ...told, text: 'a' }],
      [id(4), { ...told, text: 'b' }],
      [id(6), { ...told, text: 'c', gap: true }],
    ])
    await callApi(world, `GET /v1/logs?${where}&follow=true`, undefined, { 'last-event-id': id(6) })
    expect(world.calls[1]?.[1]).toMatchObject({ after: { 'dep_1-web-0': 6 } })
    for (const nonsense of ['%', '[]', Buffer.from('{"a":-1}').toString('base64url')]) {
      await callApi(world, `GET /v1/logs?${where}&follow=true`, undefined, { 'last-event-id': nonsense })
      expect(world.calls.at(-1)?.[1]).toMatchObject({ after: undefined })
    }
  })

  it('that cannot be followed are refused before a stream begins', async () => {
    world = await openWorld({
      followLogs: () => {
        throw new HoldfastError('deploy.deployment_missing', 'There is no deployment dep_9', { kind: 'missing' })
      },
    })
    expect(await callApi(world, 'GET /v1/logs?deployment=dep_9&follow=true')).toMatchObject({
      status: 404,
      body: { code: 'deploy.deployment_missing' },
    })
    expect(await callApi(world, 'GET /v1/logs?folow=true')).toMatchObject({ status: 400 })
    expect(await callApi(world, `GET /v1/logs?${where}&lines=0`)).toMatchObject({ status: 422 })
  })
})
