import { afterEach, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import type { ListedConnection } from '../../connection/index.ts'
import type { ConnectionVerbs } from '../dependencies.ts'
import { callApi, openWorld, type World } from '../fake-world.ts'

const listed: ListedConnection = {
  ...{ name: 'shop', kind: 'basic', allowedHosts: ['api.shop.example'], from: 'api' },
  changedAt: 1000,
}
const shown = { ...listed, changedAt: '1970-01-01T00:00:01.000Z' }
const shop = {
  ...{ name: 'shop', allowedHosts: ['api.shop.example'] },
  authorization: { kind: 'basic', username: 'ada', password: 's3cret' },
}

let world: World
afterEach(() => world.server.close())

async function open(verbs: Partial<ConnectionVerbs>): Promise<void> {
  const connections: ConnectionVerbs = {
    addConnection: async () => listed,
    listConnections: () => [listed],
    removeConnection: async () => undefined,
    ...verbs,
  }
  world = await openWorld({}, { connections })
}

it('connections are added, listed and removed over HTTP, and no answer holds a secret', async () => {
  const added: unknown[] = []
  const removed: string[] = []
  await open({
    addConnection: async (_, request) => {
      added.push(request)
      return listed
    },
    removeConnection: async (_, name) => void removed.push(name),
  })
  expect(await callApi(world, 'POST /v1/connections', shop)).toMatchObject({ status: 201, body: shown })
  expect(added).toEqual([{ ...shop, replace: false }])
  const list = await callApi(world, 'GET /v1/connections')
  expect(list.body).toEqual({ items: [shown] })
  expect(await callApi(world, 'DELETE /v1/connections/shop')).toMatchObject({ status: 204 })
  expect(removed).toEqual(['shop'])
})

it('what is wrong with one is told with its place, and without the secret', async () => {
  await open({})
  const authorization = { ...shop.authorization, password: 'env:S3CRET' }
  const answer = await callApi(world, 'POST /v1/connections', { ...shop, authorization })
  expect(answer).toMatchObject({ status: 422, body: { code: 'api.request' } })
  expect(answer.text).toContain('body.authorization.password')
  expect(answer.text).not.toContain('S3CRET')
})

it('one that is not there is told as such', async () => {
  const missing = new HoldfastError('connection.missing', 'There is no connection gone', { kind: 'missing' })
  await open({ removeConnection: () => Promise.reject(missing) })
  expect(await callApi(world, 'DELETE /v1/connections/gone')).toMatchObject({
    status: 404,
    body: { code: 'connection.missing' },
  })
})
