import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { FakeApi } from './fake-api.fake.ts'
import { runIn, temporaryFolder } from './test-world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function open() {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:order'
  const at = '2026-11-20T07:00:00.000Z'
  const api = new FakeApi({
    'PUT /v1/machines/order/logging': { body: { arn, updatedAt: at } },
    'PUT /v1/machines/order': { body: { arn, updatedAt: at } },
    'GET /v1/version': { body: { version: '0', startedAt: at, region: 'us-east-1', accountId: '000000000000' } },
    'POST /v1/executions': {
      status: 201,
      body: { arn: `${arn.replace('stateMachine', 'execution')}:one`, startedAt: at },
    },
  })
  const url = await api.listen()
  undo.push(() => api.close())
  const folder = temporaryFolder()
  undo.push(() => folder.remove())
  const environment = { HOLDFAST_URL: url, HOLDFAST_TOKEN: 'hf_x' }
  return { api, folder: folder.path, holdfast: (line: string) => runIn(folder.path, line.split(' '), { environment }) }
}

it('what of a machine’s histories is logged is set by its level, with data and group where they are named', async () => {
  const { api, holdfast } = await open()
  expect(await holdfast('machines logging order all --with-data --group /shop/orders')).toMatchObject({
    exitCode: 0,
    out: '✓ changed  order logs all, with data\n',
  })
  expect((await holdfast('machines logging order off')).out).toContain('logs nothing')
  expect(api.asked.map(({ body }) => body)).toEqual([
    { level: 'ALL', includeExecutionData: true, group: '/shop/orders' },
    { level: 'OFF', includeExecutionData: false },
  ])
})

it('a level that is none is refused, with those there are', async () => {
  const { api, holdfast } = await open()
  const { exitCode, err } = await holdfast('machines logging order loud')
  expect(exitCode).toBe(2)
  expect(err).toContain('all, error, fatal, off')
  expect(api.asked).toEqual([])
})

it('asl run --log sets it before it starts the execution', async () => {
  const { api, folder, holdfast } = await open()
  const definition = { StartAt: 'A', States: { A: { Type: 'Succeed' } } }
  writeFileSync(join(folder, 'order.json'), JSON.stringify(definition))
  expect((await holdfast('asl run order.json --log error --detach')).exitCode).toBe(0)
  expect(api.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/version',
    'PUT /v1/machines/order',
    'PUT /v1/machines/order/logging',
    'POST /v1/executions',
  ])
})
