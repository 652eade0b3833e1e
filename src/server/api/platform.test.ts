import { afterEach, describe, expect, it } from 'vitest'
import { callApi, openWorld, type World } from '../fake-world.ts'
import { routes } from './routes.ts'

let world: World
afterEach(() => world.server.close())

describe('Holdfast itself', () => {
  it('says which version it is', async () => {
    world = await openWorld({})
    expect((await callApi(world, 'GET /v1/version')).body).toEqual({
      version: '1.2.3',
      startedAt: '2026-01-01T00:00:00.000Z',
      region: 'eu-central-1',
      accountId: '123456789012',
    })
  })

  it('is unhealthy with the reason when it takes no work', async () => {
    const platform = {
      version: '1',
      startedAt: 0,
      account: { region: 'r', accountId: 'a' },
      prove: () => '',
      stop() {},
      rotateKeys: () => Promise.reject(new Error('not asked for')),
    }
    world = await openWorld({}, { platform: { ...platform, health: () => ({ status: 'full', reason: 'no space' }) } })
    expect(await callApi(world, 'GET /v1/health')).toMatchObject({
      status: 503,
      body: { status: 'full', reason: 'no space' },
    })
  })

  it('proves itself to whoever asks, without a token', async () => {
    world = await openWorld({})
    const challenge = 'a-challenge-of-the-caller'
    const answer = await callApi(world, `GET /v1/proof?challenge=${challenge}`, undefined, { authorization: '' })
    expect(answer).toMatchObject({ status: 200, body: { proof: `proof of ${challenge}` } })
    expect(await callApi(world, 'GET /v1/proof?challenge=short')).toMatchObject({ status: 422 })
  })

  it('can be told to stop', async () => {
    const stopped: string[] = []
    const platform = {
      ...{ version: '1', startedAt: 0, account: { region: 'r', accountId: 'a' }, prove: () => '' },
      rotateKeys: () => Promise.reject(new Error('not asked for')),
    }
    world = await openWorld(
      {},
      {
        platform: { ...platform, health: () => ({ status: 'ready' }), stop: (actor) => void stopped.push(actor.id) },
      },
    )
    expect(await callApi(world, 'POST /v1/stop')).toMatchObject({ status: 202, body: { status: 'closing' } })
    expect(stopped).toEqual(['ada'])
  })

  it('describes its API as OpenAPI 3.1', async () => {
    world = await openWorld({})
    const answer = await callApi(world, 'GET /v1/openapi.json', undefined, { authorization: '' })
    const document = answer.body as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted())
    expect(document.paths['/v1/executions']?.['post']).toMatchObject({
      operationId: 'executionStart',
      security: [{ token: [] }],
      requestBody: {
        content: { 'application/json': { schema: { additionalProperties: false, required: ['machine'] } } },
      },
      responses: {
        '201': { content: { 'application/json': {} } },
        default: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    })
  })

  it('gives each route an operation id of its own', () => {
    const named = routes.map(
      ({ operation, verb, method, path }) => operation ?? (verb === 'open' ? method + path : verb),
    )
    expect(named.length).toBe(new Set(named).size)
  })
})
