import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { admin, callApi, executionArn, type FakeVerbs, openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
describe('a write with an Idempotency-Key', () => {
  const start = (key: string, body: unknown = { machine: 'order' }) =>
    callApi(world, 'POST /v1/executions', body, { 'idempotency-key': key })
  const starting = (): FakeVerbs => ({ startExecution: () => ({ executionArn, startedAt: at }) })

  it('is carried out once and answered alike every time', async () => {
    world = await openWorld(starting())
    const first = await start('key-1')
    const second = await start('key-1')
    expect(second.status).toBe(201)
    expect(second.text).toBe(first.text)
    expect(second.headers.location).toBe(first.headers.location)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(world.calls).toHaveLength(1)
  })

  it('names the execution, so that it starts once even when the answer was lost in a crash', async () => {
    world = await openWorld(starting())
    await start('key-1')
    await world.server.close()
    const names = [world.calls[0]?.[1]]
    world = await openWorld(starting())
    await start('key-1')
    names.push(world.calls[0]?.[1])
    expect(names[0]).toMatchObject({ name: expect.stringMatching(/^key-[\w-]{43}$/) })
    expect(names[1]).toEqual(names[0])
  })

  it('is refused when the key was used for something else', async () => {
    world = await openWorld(starting())
    await start('key-1')
    expect(await start('key-1', { machine: 'other' })).toMatchObject({
      status: 422,
      body: { code: 'api.idempotency_key_reused' },
    })
  })

  it('may be repeated when it was refused', async () => {
    let full = true
    world = await openWorld({
      startExecution: () => {
        if (full) throw new HoldfastError('store.full', 'Full', { kind: 'exhausted' })
        return { executionArn, startedAt: at }
      },
    })
    expect((await start('key-1')).status).toBe(503)
    full = false
    expect((await start('key-1')).status).toBe(201)
  })

  it('is told to wait while the first one is still running', async () => {
    let finish: (() => void) | undefined
    world = await openWorld({
      startExecution: () =>
        new Promise((resolve) => {
          finish = () => resolve({ executionArn, startedAt: at })
        }),
    })
    const first = start('key-1')
    while (finish === undefined) await new Promise(setImmediate)
    expect(await start('key-1')).toMatchObject({ status: 409, headers: { 'retry-after': '1' } })
    finish()
    expect((await first).status).toBe(201)
  })

  it('is forgotten after a day', async () => {
    world = await openWorld(starting())
    await start('key-1')
    world.clock.advanceBy(24 * 3_600_000)
    await start('key-1')
    expect(world.calls).toHaveLength(2)
  })

  it('is another write when another caller sends it', async () => {
    let id = 'ada'
    world = await openWorld(starting(), { authenticate: () => ({ ...admin, id }) })
    await start('key-1')
    id = 'bob'
    await start('key-1')
    expect(world.calls).toHaveLength(2)
  })

  it.each(['x'.repeat(129), 'with space', 'é'])('is refused when the key is no key: %s', async (key) => {
    world = await openWorld(starting())
    expect(await start(key)).toMatchObject({ status: 400, body: { code: 'api.idempotency_key' } })
  })
})
