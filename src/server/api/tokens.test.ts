import { afterEach, expect, it } from 'vitest'
import type { Token } from '../../access/index.ts'
import { admin, callApi, openWorld, type World } from '../fake-world.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const { server } of worlds.splice(0)) await server.close()
})

const made: Token = {
  id: 'tok_1',
  name: 'release bot',
  grants: [{ role: 'deployer', project: 'acme/shop' }],
  createdAt: 0,
  expiresAt: Date.UTC(2100, 0),
}

async function open() {
  const asked: unknown[] = []
  const world = await openWorld(
    {},
    {
      tokens: {
        createToken: async (actor, request) => {
          asked.push([actor.id, request])
          return { ...made, secret: 'hf_told_once' }
        },
        listTokens: () => [made, { id: 'tok_2', name: 'host tokyo', machine: 'hst_1', createdAt: 0, revokedAt: 5 }],
        rotateToken: async (_actor, { id, overlapMs }) => {
          asked.push([id, overlapMs])
          return { ...made, secret: 'hf_second', formerUntil: Date.UTC(2026, 0) }
        },
        revokeToken: async (_actor, id) => void asked.push(id),
      },
    },
  )
  worlds.push(world)
  return { world, asked }
}

it('a token is rotated with an overlap of a week at most', async () => {
  const { world, asked } = await open()
  const { status, body } = await callApi(world, 'POST /v1/tokens/tok_1/rotate', { overlapMs: 1000 })
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { token: { id: 'tok_1' }, secret: 'hf_second', formerUntil: '2026-01-01T00:00:00.000Z' },
  })
  expect(asked).toEqual([['tok_1', 1000]])
  expect((await callApi(world, 'POST /v1/tokens/tok_1/rotate', { overlapMs: 8 * 86_400_000 })).status).toBe(422)
  expect(asked).toHaveLength(1)
})

it('a token is made, its secret told in this one answer', async () => {
  const { world, asked } = await open()
  const { status, body } = await callApi(world, 'POST /v1/tokens', {
    ...{ name: 'release bot', grants: made.grants, expiresAt: '2100-01-01T01:00:00+01:00' },
  })
  expect({ status, body }).toEqual({
    status: 201,
    body: {
      token: {
        ...{
          id: 'tok_1',
          name: 'release bot',
          state: 'good',
          grants: made.grants,
          actor: { type: 'user', id: 'tok_1' },
        },
        ...{ createdAt: '1970-01-01T00:00:00.000Z', expiresAt: '2100-01-01T00:00:00.000Z' },
      },
      secret: 'hf_told_once',
    },
  })
  expect(asked).toEqual([[admin.id, { name: 'release bot', grants: made.grants, expiresAt: Date.UTC(2100, 0) }]])
})

it('the list tells what is good, what is over and what was revoked', async () => {
  const { world } = await open()
  world.clock.advanceTo(Date.UTC(2100, 0))
  const { body, text } = await callApi(world, 'GET /v1/tokens')
  expect(body).toMatchObject({
    items: [{ state: 'over' }, { state: 'revoked', actor: { type: 'machine', id: 'hst_1' } }],
  })
  expect(text).not.toContain('hf_')
})

it('is refused with what is accepted when its time or name cannot be', async () => {
  const { world } = await open()
  const grants = [{ role: 'viewer' }]
  for (const body of [
    { name: '', grants },
    { name: 'local', grants },
    { name: 'x', grants: [] },
    { name: 'x', grants: [{ role: 'viewer', config: 'production' }] },
  ]) {
    expect((await callApi(world, 'POST /v1/tokens', body)).status).toBe(422)
  }
})

it('is revoked by its id', async () => {
  const { world, asked } = await open()
  expect((await callApi(world, 'POST /v1/tokens/tok_1/revoke')).status).toBe(204)
  expect(asked).toEqual(['tok_1'])
})
