import { afterEach, describe, expect, it } from 'vitest'
import { callApi, machineArn, openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const time = '2026-01-01T12:00:00.459Z'
describe('the trail', () => {
  const record = {
    seq: 7,
    at,
    actor: { type: 'user', id: 'ada', via: 'api' },
    action: 'machine.create',
    subject: { type: 'machine', id: machineArn },
    change: '{"before":null,"after":{"n":1.0}}',
    prevHash: '00',
    hash: 'ff',
  } as const

  it('is read with filters', async () => {
    const asked: unknown[] = []
    world = await openWorld(
      {},
      {
        trail: {
          query: (query) => (asked.push(query), { items: [record], cursor: 't7' }),
          verify: () => Promise.reject(new Error('not asked')),
          exportWithProof: async function* () {},
        },
      },
    )
    const path = '/v1/trail?actor=ada&action=machine.create&since=2026-01-01T00:00:00%2B09:00&limit=1'
    const answer = await callApi(world, `GET ${path}`)
    expect(answer.body).toEqual({
      // The name of their token, as the world of these tests knows everybody.
      items: [
        { ...record, actor: { ...record.actor, name: 'Ada' }, at: time, change: { before: null, after: { n: 1 } } },
      ],
      cursor: 't7',
    })
    expect(answer.text).toContain('{"n":1.0}')
    expect(asked).toEqual([{ actors: ['ada'], action: 'machine.create', since: Date.UTC(2025, 11, 31, 15), limit: 1 }])
  })

  it('is verified, and says where it breaks', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: (range) =>
            Promise.resolve({
              ok: false,
              broken: { seq: 3, reason: 'changed', detail: 'd' },
              from: range?.from ?? 0,
              to: 9,
              checkedRecords: 2,
              checkedHeads: 1,
              signedThrough: 2,
              prunedThrough: 0,
              unsealedRecords: 4,
              oldestUnsealedAt: at,
            }),
          exportWithProof: async function* () {},
        },
      },
    )
    expect((await callApi(world, 'GET /v1/trail/verify?from=2')).body).toEqual({
      ok: false,
      broken: { seq: 3, reason: 'changed', detail: 'd' },
      from: 2,
      to: 9,
      checked: 2,
      checkedHeads: 1,
      signedThrough: 2,
      prunedThrough: 0,
      unsealed: 4,
      oldestUnsealedAt: time,
    })
  })

  it('is exported line by line', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: () => Promise.reject(new Error('not asked')),
          exportWithProof: async function* (range) {
            for (let seq = range?.from ?? 1; seq <= 3; seq++) yield `{"seq":${seq}}\n`
          },
        },
      },
    )
    const answer = await callApi(world, 'GET /v1/trail/export?from=2')
    expect(answer).toMatchObject({ status: 200, text: '{"seq":2}\n{"seq":3}\n' })
    expect(answer.headers['content-type']).toContain('application/x-ndjson')
  })

  it('that cannot be read to its end is cut off, so that nobody takes the part for the whole', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: () => Promise.reject(new Error('not asked')),
          exportWithProof: async function* () {
            yield '{"seq":1}\n'
            throw new Error('the disk is gone')
          },
        },
      },
    )
    await expect(callApi(world, 'GET /v1/trail/export')).rejects.toThrow('aborted')
  })
})

describe('one record', () => {
  const record = (seq: number) => ({
    ...{ seq, at, actor: { type: 'user', id: 'ada', via: 'api' }, action: 'machine.create' },
    ...{ subject: { type: 'machine', id: machineArn }, prevHash: '00', hash: 'ff' },
  })

  it('comes with its neighbours, and is missed with what is accepted', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: ({ cursor }) => ({ items: cursor === 't9' ? [8, 7, 6].map((seq) => record(seq) as never) : [] }),
          verify: () => Promise.reject(new Error('not asked')),
          exportWithProof: async function* () {},
        },
      },
    )
    const found = await callApi(world, 'GET /v1/trail/records/7')
    expect(found.body).toMatchObject({ record: { seq: 7, at: time }, before: { seq: 6 }, after: { seq: 8 } })
    const missed = await callApi(world, 'GET /v1/trail/records/99')
    expect(missed).toMatchObject({ status: 404, body: { code: 'api.record_missing' } })
  })
})
