import { afterEach, describe, expect, it } from 'vitest'
import { callApi, openWorld, type World } from '../fake-world.ts'
import {
  time,
  place,
  ada,
  diagnosis,
  summary,
  call,
  description,
  sample,
  plan,
  begun,
  release,
  signature,
} from './deploying.fake.ts'
import { expectAsked, type RouteCase } from './route-case.fake.ts'

let world: World | undefined
afterEach(async () => {
  await world?.server.close()
  world = undefined
})

const cases: readonly RouteCase[] = [
  {
    call: ['POST /v1/deployments', { release, signature, planHash: 'a'.repeat(64) }],
    verb: 'deployRelease',
    asked: [{ release, signature, planHash: 'a'.repeat(64) }],
    answers: begun,
    status: 201,
    body: begun,
  },
  {
    call: ['POST /v1/deployments/plan', { release }],
    verb: 'planDeployment',
    asked: [{ release }, expect.any(AbortSignal)],
    answers: { plan, hash: 'h', problems: [] },
    body: { hash: 'h', problems: [], plan, text: expect.stringContaining('plan h') },
  },
  {
    call: ['GET /v1/deployments?project=shop%2Fweb&limit=1'],
    verb: 'listDeployments',
    asked: [{ project: 'shop/web', limit: 2 }],
    answers: [summary, { ...summary, position: 6 }],
    body: { items: [{ id: 'dep_1', createdAt: time, endedAt: null, requestedBy: ada, diagnosis }], cursor: '7' },
  },
  {
    call: ['GET /v1/deployments/dep_1'],
    verb: 'describeDeployment',
    asked: ['dep_1'],
    answers: description,
    body: {
      states: [{ state: 'Bake', step: 1, startedAt: time, endedAt: null }],
      step: { bake: { since: time, until: time } },
      calls: [{ id: 'start/web/0', madeAt: time, undoneAt: null }],
      warm: { until: time },
    },
  },
  {
    call: ['GET /v1/deployments/dep_1/plan'],
    verb: 'planOfDeployment',
    asked: ['dep_1'],
    answers: { plan, hash: 'h', text: 't' },
    body: { plan, hash: 'h', text: 't' },
  },
  { call: ['GET /v1/deployments/dep_1/plan'], verb: 'planOfDeployment', asked: ['dep_1'], status: 204 },
  {
    call: ['GET /v1/deployments/dep_1/traffic'],
    verb: 'trafficOfDeployment',
    asked: ['dep_1'],
    answers: [sample],
    body: { items: [{ number: 3, from: time, to: time, incoming: { failures: 1, p99Ms: 7 } }] },
  },
  {
    call: ['GET /v1/deployments/dep_1/why'],
    verb: 'explainDeployment',
    asked: ['dep_1'],
    answers: {
      deployment: summary,
      diagnosis,
      failedCalls: [{ ...call, failure: 'no' }],
      unhealthy: [],
      states: [],
      waitingFor: null,
      remarks: [],
    },
    body: { deployment: { id: 'dep_1' }, diagnosis, failedCalls: [{ failure: 'no', madeAt: time }] },
  },
  {
    call: ['GET /v1/deployments/dep_1/diff/dep_2'],
    verb: 'compareDeployments',
    asked: [{ id: 'dep_1', other: 'dep_2' }],
    answers: {
      from: { id: 'dep_1', ...place, kind: 'deploy', releaseId: 'r', status: 'failed' },
      to: { id: 'dep_2', ...place, kind: 'deploy', releaseId: 's', status: 'running' },
      release: [{ op: 'remove', path: '/a' }],
      plan: undefined,
    },
    body: { release: [{ op: 'remove', path: '/a' }] },
  },
  {
    call: ['POST /v1/deployments/dep_1/retry', { from: 'Shift' }],
    verb: 'retryDeployment',
    asked: [{ id: 'dep_1', from: 'Shift' }],
    answers: begun,
    status: 201,
    body: begun,
  },
  {
    call: ['POST /v1/rollbacks', { ...place, to: 'r' }],
    verb: 'rollBack',
    asked: [{ ...place, to: 'r', reason: 'rolled back on request' }],
    answers: { outcome: 'return', deployment: 'dep_3', releaseId: 'r' },
    status: 201,
    body: { outcome: 'return', deployment: 'dep_3' },
  },
  {
    call: ['POST /v1/rollbacks', { ...place, reason: 'alarm' }],
    verb: 'rollBack',
    asked: [{ ...place, reason: 'alarm' }],
    answers: { outcome: 'halted', deployment: 'dep_1', releaseId: 'r' },
    body: { outcome: 'halted' },
  },
]

describe('a route of deployments', () => {
  it.each(cases)('$call.0 asks the verb $verb', expectAsked)

  it.each<[string, unknown, string, unknown]>([
    ['halt', { reason: 'alarm' }, 'haltDeployment', { id: 'dep_1', reason: 'alarm' }],
    ['halt', undefined, 'haltDeployment', { id: 'dep_1', reason: 'halted on request' }],
    ['pause', {}, 'pauseDeployment', { id: 'dep_1', reason: 'paused on request' }],
    ['resume', { from: 'Bake' }, 'resumeDeployment', { id: 'dep_1', from: 'Bake' }],
  ])('to %s one, with %j, tells it and answers what it is now', async (word, body, verb, asked) => {
    world = await openWorld({ describeDeployment: () => description, [verb]: () => undefined })
    const answer = await callApi(world, `POST /v1/deployments/dep_1/${word}`, body)
    expect(answer).toMatchObject({ status: 202, body: { id: 'dep_1', status: 'running' } })
    expect(world.calls).toEqual([
      [verb, asked],
      ['describeDeployment', 'dep_1'],
    ])
  })

  it('that has no cursor is the last page, and the cursor of a page is where the next goes on', async () => {
    world = await openWorld({ listDeployments: () => [summary] })
    expect((await callApi(world, 'GET /v1/deployments?limit=1000&cursor=8')).body).not.toHaveProperty('cursor')
    expect(world.calls).toEqual([['listDeployments', { before: 8, limit: 200 }]])
    expect(await callApi(world, 'GET /v1/deployments?cursor=abc')).toMatchObject({ status: 422 })
  })
})
