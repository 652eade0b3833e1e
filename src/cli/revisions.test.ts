import { afterEach, expect, it } from 'vitest'
import { FakeApi } from './fake-api.fake.ts'
import { runIn, temporaryFolder } from './test-world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function open() {
  const createdAt = '2026-11-20T07:00:00.000Z'
  const mika = { type: 'user', id: 'tok_1', via: 'ui', name: 'mika' }
  const api = new FakeApi({
    'GET /v1/machines/order/revisions': {
      body: {
        items: [
          { number: 2, revisionId: 'r2', createdAt, madeBy: mika, summary: 'retries the bank', versions: [1] },
          { number: 1, revisionId: 'INITIAL', createdAt, versions: [] },
        ],
      },
    },
  })
  const url = await api.listen()
  undo.push(() => api.close())
  const folder = temporaryFolder()
  undo.push(() => folder.remove())
  const environment = { HOLDFAST_URL: url, HOLDFAST_TOKEN: 'hf_x' }
  return (line: string) => runIn(folder.path, line.split(' '), { environment })
}

it('the revisions of a machine are listed with who made them and what for', async () => {
  const holdfast = await open()
  const { exitCode, out } = await holdfast('machines revisions order')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/^REVISION +CHANGED +BY +VERSIONS +WHAT FOR$/m)
  expect(out).toMatch(/^2 .* mika +1 +retries the bank$/m)
})

it('and as JSON with the ids that the API takes', async () => {
  const holdfast = await open()
  const { out } = await holdfast('machines revisions order --json')
  expect(JSON.parse(out)).toMatchObject({
    items: [
      { number: 2, revisionId: 'r2' },
      { number: 1, revisionId: 'INITIAL' },
    ],
  })
})
