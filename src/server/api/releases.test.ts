import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { callApi, openWorld, type World } from '../fake-world.ts'
import { at, time, place, key, begun, signature } from './deploying.fake.ts'
import { expectAsked, type RouteCase } from './route-case.fake.ts'

let world: World | undefined
afterEach(async () => {
  await world?.server.close()
  world = undefined
})

const cases: readonly RouteCase[] = [
  {
    call: ['GET /v1/releases/r'],
    verb: 'describeRelease',
    asked: ['r'],
    answers: {
      id: 'r',
      ...place,
      target: 'process',
      digest: 'd',
      document: '{"a":1e21}',
      keyId: 'k',
      signature: 's',
      signedAt: at,
      acceptedAt: at,
    },
    body: { document: { a: 1e21 }, signedAt: time, acceptedAt: time },
  },
  {
    call: ['GET /v1/release-schemas/process'],
    verb: 'describeReleaseSchema',
    asked: ['process'],
    answers: { type: 'object' },
    body: { type: 'object' },
  },
  {
    call: ['GET /v1/keys'],
    verb: 'listKeys',
    asked: [],
    answers: [{ ...key, revokedAt: at, releases: 1, lastRelease: { id: 'r-1', ...place, acceptedAt: at } }],
    body: {
      items: [
        {
          ...{ id: key.id, name: 'ci', publicKey: 'PEM', createdAt: time, revokedAt: time },
          ...{ releases: 1, lastRelease: { id: 'r-1', ...place, acceptedAt: time } },
        },
      ],
    },
  },
  {
    call: ['POST /v1/keys', { name: 'ci', publicKey: 'PEM' }],
    verb: 'addKey',
    asked: [{ name: 'ci', publicKey: 'PEM' }],
    answers: key,
    status: 201,
    body: { id: key.id, revokedAt: null },
  },
  { call: ['POST /v1/keys/k/revoke'], verb: 'revokeKey', asked: ['k'], status: 204 },
]

describe('a route of releases and their keys', () => {
  it.each(cases)('$call.0 asks the verb $verb', expectAsked)

  it('hands on a signed release as it was sent: every digit, every member', async () => {
    world = await openWorld({ deployRelease: () => begun })
    const text = '{"b":1.0,"a":12345678901234567890,"__proto__":{"c":1e3},"x":"\\u00e9"}'
    await callApi(world, 'POST /v1/deployments', `{"release":${text},"signature":${JSON.stringify(signature)}}`)
    const [, request] = world.calls[0] ?? []
    const { release: arrived } = z.looseObject({ release: z.unknown() }).parse(request)
    expect(JSON.stringify(arrived)).toBe(JSON.stringify(JSON.parse(text)))
    expect(Object.hasOwn(Object(arrived), '__proto__')).toBe(true)
  })

  it('is documented with what a release looks like', async () => {
    world = await openWorld({})
    const document = (await callApi(world, 'GET /v1/openapi.json')).body
    expect(document).toMatchObject({
      paths: {
        '/v1/deployments': {
          post: {
            operationId: 'deployStart',
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    required: ['release', 'signature'],
                    properties: {
                      release: { description: expect.stringContaining('signed'), examples: [{ project: 'acme/shop' }] },
                      planHash: { description: expect.any(String) },
                    },
                  },
                },
              },
            },
            responses: { 201: { content: { 'application/json': {} } }, default: {} },
          },
        },
      },
    })
  })
})
