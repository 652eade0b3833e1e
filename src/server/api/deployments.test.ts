import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HoldfastError } from '../../base/index.ts'
import { type Answer, callApi, openWorld, type World } from '../fake-world.ts'
import { routes } from './routes.ts'

let world: World
afterEach(() => world.server.close())

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const time = '2026-01-01T12:00:00.459Z'
const place = { project: 'shop/web', config: 'production' }
const ada = { type: 'user', id: 'ada', via: 'api' } as const
const diagnosis = {
  class: 'health',
  state: 'CheckHealth',
  what: 'status 500',
  meaning: 'The new version does not work as it should.',
  mender: 'author',
  command: 'holdfast logs dep_1',
} as const
const phase = {
  ms: 1,
  requests: 2,
  applicationFailures: 0,
  deliveryFailures: 0,
  clientAborts: 0,
  p50Ms: null,
  p99Ms: 3.5,
}

const summary = {
  id: 'dep_1',
  position: 7,
  ...place,
  target: 'process',
  kind: 'deploy',
  releaseId: '20260101T000000Z-abc',
  fleet: 'dep_1',
  retryOf: null,
  startFrom: null,
  status: 'running',
  course: 'forward',
  state: 'Bake',
  control: 'run',
  controlReason: null,
  expectedPlan: null,
  planHash: 'a'.repeat(64),
  diagnosis,
  evidence: { before: phase, during: phase, after: phase, madeBySwitch: 0 },
  term: 3,
  run: 1,
  executionArn: 'arn',
  requestedBy: ada,
  createdAt: at,
  deadlineAt: at,
  pausedAt: null,
  committedAt: at,
  endedAt: null as number | null,
  leftovers: 0,
  approvalsNeeded: 0,
  approvedPlan: null,
  glass: undefined,
}
const call = {
  id: 'start/web/0',
  stage: 'Start',
  kind: 'do',
  says: 'start web/0',
  undoSays: 'stop web/0',
  status: 'done',
  madeAt: at,
  answeredAt: at,
  undoneAt: null,
}
const description = {
  ...summary,
  states: [{ state: 'Bake', step: 1, startedAt: at, endedAt: null }],
  waitingFor: 'the bake',
  step: { number: 1, of: 2, bake: { since: at, until: at, requests: { wanted: 10, answered: 4, left: 6 } } },
  seenAt: at,
  healthy: { count: 1, of: 1 },
  instances: [{ instance: 'web/0', service: 'web', state: 'healthy', restarts: 0, detail: '200' }],
  weights: [{ service: 'web', incoming: 10, outgoing: 90 }],
  traffic: null,
  calls: [call],
  hooks: [],
  remarks: [],
  forwardOnly: null,
  addresses: [{ service: 'web', url: 'http://shop.example' }],
  serving: null,
  warm: { fleet: 'dep_0', releaseId: 'r0', until: at },
  former: { fleet: 'dep_0', releaseId: 'r0' },
  sample: null,
  offers: { halt: true, pause: true, resume: false, retry: false, from: [], rollback: null },
  approval: null,
}
const side = { requests: 4, failures: 1, lost: 0, clientAborts: 0, p50Ms: 5, p99Ms: 7 }
const sample = { number: 3, from: at, to: at, incoming: side, outgoing: side, unplaced: 0 }
const plan = {
  kind: 'deploy',
  ...place,
  target: 'process',
  releaseId: 'r',
  digest: 'd',
  serving: null,
  warm: null,
  steps: [{ shares: { web: { instances: 1, weight: 100 } }, bake: { ms: 0, requests: 0 } }],
  stages: [
    {
      state: 'Start',
      step: 0,
      waves: [
        [
          {
            kind: 'do',
            call: { id: 'start/web/0', call: 'start', parameters: { a: [1] }, says: 'start', undoSays: 'stop' },
          },
        ],
      ],
    },
  ],
  later: { state: 'CleanUp', waves: [] },
  warmMs: 0,
  hooks: [],
  forwardOnly: null,
  stopped: [],
  needs: { memoryBytes: 1, ports: 1 },
} as const
const lock = { ...place, kind: 'person', owner: 'ada', reason: 'sale', term: 1, takenAt: at, expiresAt: at }
const pointer = {
  ...place,
  servingFleet: 'dep_1',
  servingRelease: 'r',
  warmFleet: null,
  warmRelease: null,
  warmUntil: null,
}
const fleetStatus = {
  fleet: 'dep_1',
  releaseId: 'r',
  until: null,
  deployment: 'dep_1',
  since: at,
  requestedBy: ada,
  instances: [],
  addresses: [],
}
/** What the place is answered with, whether it is looked up or looked at. */
const statusOfPlace = {
  answers: {
    ...place,
    pointer: { ...pointer, warmUntil: at },
    serving: fleetStatus,
    warm: null,
    underWay: description,
    locks: [lock],
    closed: lock,
    protection: { approvals: 1, livesMs: 3_600_000 },
    history: [summary],
  },
  body: {
    pointer: { warmUntil: time },
    serving: { since: time, until: null },
    underWay: { id: 'dep_1' },
    closed: { owner: 'ada', expiresAt: time },
    protection: { approvals: 1, livesMs: 3_600_000 },
  },
}
const key = { id: '0f1e2d3c4b5a6978', name: 'ci', pem: 'PEM', createdAt: at, revokedAt: null }
const begun = { id: 'dep_1', releaseId: 'r', executionArn: 'arn' }
const release = { project: 'shop/web', x: 1.5 }
const signature = { key: '0f1e2d3c4b5a6978', value: `${'A'.repeat(86)}==` }

type Case = {
  readonly call: readonly [line: string, body?: unknown]
  readonly verb: string
  readonly asked: readonly unknown[]
  readonly answers?: unknown
  readonly status?: number
  readonly body?: object
}

const described = { describeDeployment: () => description }
const cases: readonly Case[] = [
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
  { call: ['GET /v1/places'], verb: 'listPlaces', asked: [], answers: [pointer], body: { items: [pointer] } },
  {
    call: ['GET /v1/places/shop%2Fweb/production'],
    verb: 'statusOfPlace',
    asked: [place],
    ...statusOfPlace,
  },
  {
    call: ['GET /v1/places/shop%2Fweb/production?live=true'],
    verb: 'lookAtPlace',
    asked: [place, expect.any(AbortSignal)],
    ...statusOfPlace,
  },
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
  { call: ['GET /v1/locks'], verb: 'listLocks', asked: [], answers: [lock], body: { items: [{ takenAt: time }] } },
  {
    call: ['POST /v1/locks', { ...place, reason: 'sale' }],
    verb: 'acquireLock',
    asked: [{ ...place, reason: 'sale', for: '8h' }],
    answers: lock,
    status: 201,
    body: { owner: 'ada' },
  },
  { call: ['POST /v1/locks/release', place], verb: 'releaseLock', asked: [place], status: 204 },
  {
    call: ['POST /v1/locks/break', { ...place, reason: 'it burns' }],
    verb: 'breakLock',
    asked: [{ ...place, reason: 'it burns' }],
    answers: { outcome: 'halting', owner: 'dep_1' },
    body: { outcome: 'halting', owner: 'dep_1' },
  },
]

/** The schema that the documentation promises for an answer. */
function promised(line: string, status: number): z.ZodType | undefined {
  const [method, target = ''] = line.split(' ')
  const [path = ''] = target.split('?')
  const found = routes.find(
    (route) => route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
  )
  expect(found?.answers[status]).toBeDefined()
  return found?.answers[status]?.schema
}

describe('a route of deploying', () => {
  it.each(cases)('$call.0 asks the verb $verb', async ({ call: asking, verb, asked, answers, status = 200, body }) => {
    world = await openWorld({ [verb]: () => answers })
    const answer = await callApi(world, ...asking)
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      ...(body === undefined ? {} : { body }),
    })
    expect(world.calls).toEqual([[verb, ...asked]])
    // Payloads are values here; their schema is of what is passed through.
    const schema = verb === 'describeRelease' ? z.unknown() : (promised(asking[0], status) ?? z.undefined())
    expect(strictly(schema, answer.body)).toEqual([])
  })

  it.each<[string, unknown, string, unknown]>([
    ['halt', { reason: 'alarm' }, 'haltDeployment', { id: 'dep_1', reason: 'alarm' }],
    ['halt', undefined, 'haltDeployment', { id: 'dep_1', reason: 'halted on request' }],
    ['pause', {}, 'pauseDeployment', { id: 'dep_1', reason: 'paused on request' }],
    ['resume', { from: 'Bake' }, 'resumeDeployment', { id: 'dep_1', from: 'Bake' }],
  ])('to %s one, with %j, tells it and answers what it is now', async (word, body, verb, asked) => {
    world = await openWorld({ ...described, [verb]: () => undefined })
    const answer = await callApi(world, `POST /v1/deployments/dep_1/${word}`, body)
    expect(answer).toMatchObject({ status: 202, body: { id: 'dep_1', status: 'running' } })
    expect(world.calls).toEqual([
      [verb, asked],
      ['describeDeployment', 'dep_1'],
    ])
  })

  it('hands on a signed release as it was sent: every digit, every member', async () => {
    world = await openWorld({ deployRelease: () => begun })
    const text = '{"b":1.0,"a":12345678901234567890,"__proto__":{"c":1e3},"x":"\\u00e9"}'
    await callApi(world, 'POST /v1/deployments', `{"release":${text},"signature":${JSON.stringify(signature)}}`)
    const [, request] = world.calls[0] ?? []
    const { release: arrived } = z.looseObject({ release: z.unknown() }).parse(request)
    expect(JSON.stringify(arrived)).toBe(JSON.stringify(JSON.parse(text)))
    expect(Object.hasOwn(Object(arrived), '__proto__')).toBe(true)
  })

  it('that has no cursor is the last page, and the cursor of a page is where the next goes on', async () => {
    world = await openWorld({ listDeployments: () => [summary] })
    expect((await callApi(world, 'GET /v1/deployments?limit=1000&cursor=8')).body).not.toHaveProperty('cursor')
    expect(world.calls).toEqual([['listDeployments', { before: 8, limit: 200 }]])
    expect(await callApi(world, 'GET /v1/deployments?cursor=abc')).toMatchObject({ status: 422 })
  })

  it('passes on what a verb refuses, with its place and its repair', async () => {
    world = await openWorld({
      statusOfPlace: () => description,
      acquireLock: () => {
        throw new HoldfastError('deploy.locked', 'eve has locked shop/web/production for another 5m: sale', {
          kind: 'conflict',
          repair: 'wait, or ask them; or: holdfast break shop/web production',
        })
      },
    })
    expect(await callApi(world, 'POST /v1/locks', { ...place, reason: 'me too' })).toMatchObject({
      status: 409,
      body: {
        code: 'deploy.locked',
        detail: expect.stringContaining('eve has locked'),
        repair: expect.stringContaining('holdfast break'),
      },
    })
    expect(await callApi(world, 'GET /v1/places/noslash/production')).toMatchObject({ status: 422 })
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

  it('has an operation id of its own', () => {
    const named = routes.map(
      ({ operation, verb, method, path }) => operation ?? (verb === 'open' ? method + path : verb),
    )
    expect(named.length).toBe(new Set(named).size)
  })
})

describe('the events of a deployment', () => {
  const events = ({ text }: Answer) =>
    [...text.matchAll(/id: (\S+)\nevent: (\S+)\ndata: (.*)\n/g)].map(([, id = '', event = '', data = '']) => ({
      id,
      event,
      state: z.looseObject({ state: z.string() }).parse(JSON.parse(data)).state,
    }))
  const ended = { ...description, state: 'ReleaseLock', endedAt: at }
  const watched = (descriptions: readonly object[], now: object = descriptions[0] ?? {}) =>
    openWorld({
      describeDeployment: () => now,
      watchDeployment: async function* () {
        yield* descriptions
      },
    })
  const watch = (headers = {}) => callApi(world, 'GET /v1/deployments/dep_1/events', undefined, headers)

  it('hold the whole of it each time, and end with its end', async () => {
    world = await watched([description, { ...description, state: 'Switch' }, ended])
    const told = events(await watch())
    expect(told.map(({ event, state }) => `${event} ${state}`)).toEqual([
      'deployment Bake',
      'deployment Switch',
      'deployment ReleaseLock',
      'end ReleaseLock',
    ])
  })

  it('go on for who comes back, without what was told already', async () => {
    world = await watched([description, ended])
    const [first] = events(await watch())
    expect(events(await watch({ 'last-event-id': first?.id })).map(({ event }) => event)).toEqual(['deployment', 'end'])
    const foreign = events(await watch({ 'last-event-id': 'never-heard-of' }))
    expect(foreign.map(({ event }) => event)).toEqual(['deployment', 'deployment', 'end'])
  })

  it('are over for who was told the end', async () => {
    world = await watched([ended])
    const last = events(await watch()).at(-1)
    expect(await watch({ 'last-event-id': last?.id })).toMatchObject({ status: 204, text: '' })
  })

  it('have no end when the server leaves before it', async () => {
    world = await watched([description])
    expect(events(await watch()).map(({ event }) => event)).toEqual(['deployment'])
  })
})

/** What an answer holds that its schema does not, and what it lacks: nobody documents half. */
function strictly(schema: z.ZodType, value: unknown, path = ''): readonly string[] {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map((issue) => `${path}${issue.path.join('.')}: ${issue.message}`)
  return lostIn(value, parsed.data, path)
}

/** Objects of zod leave out what they do not know. */
function lostIn(value: unknown, kept: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const place = `${path}/${name}`
    if (typeof kept !== 'object' || kept === null || !Object.hasOwn(kept, name)) return [`${place} is not documented`]
    return lostIn(member, Reflect.get(kept, name), place)
  })
}
