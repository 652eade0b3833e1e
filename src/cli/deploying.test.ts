import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { baking, deployed, diagnosis, failed, halted, plan } from './deployments/deployment.fixture.ts'
import { endless, events, FakeApi, type Reply } from './fake-api.fake.ts'
import { type Ran, runIn, temporaryFolder, type TestWorldOptions } from './test-world.ts'

type Wire = Readonly<Record<string, unknown>>

const release = `project: acme/shop
config: production
artifact:
  url: https://example.com/shop.tgz
  sha256: ${'ab'.repeat(32)}
services:
  web:
    command: node server.js
`

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const planned = (more: Wire = {}, problems: readonly Wire[] = []): Reply => ({
  body: { plan: { ...plan, ...more }, hash: 'c'.repeat(64), problems, text: '' },
})
const end = (wire: Wire) => [
  { event: 'deployment', data: baking },
  { event: 'end', data: wire },
]
const begun: Reply = { status: 201, body: { id: 'dep_01new', releaseId: 'r', executionArn: '' } }
const noKeys: Reply = { body: { items: [] } }
const registered: Reply = {
  status: 201,
  body: {
    id: '0f1e2d3c4b5a6978',
    name: 'mika@laptop',
    publicKey: '',
    createdAt: '2026-11-20T07:00:00Z',
    revokedAt: null,
  },
}

const usual = (wire: Wire = deployed): ConstructorParameters<typeof FakeApi>[0] => ({
  'POST /v1/deployments/plan': planned(),
  'GET /v1/keys': noKeys,
  'POST /v1/keys': registered,
  'POST /v1/deployments': begun,
  'GET /v1/deployments/dep_01new': { body: wire },
  'GET /v1/deployments/dep_01new/plan': { body: { plan, hash: '', text: '' } },
  'GET /v1/deployments/dep_01new/events': events(end(wire)),
})

type Shop = {
  readonly api: FakeApi
  readonly home: string
  holdfast(line: string, options?: TestWorldOptions): Promise<Ran>
}

async function open(replies: ConstructorParameters<typeof FakeApi>[0]): Promise<Shop> {
  const home = temporaryFolder()
  const api = new FakeApi(replies)
  const url = await api.listen()
  undo.push(
    () => home.remove(),
    () => api.close(),
  )
  writeFileSync(join(home.path, 'release.yaml'), release)
  const holdfast = (line: string, { environment = {}, ...options }: TestWorldOptions = {}) =>
    runIn(home.path, line.split(' '), {
      environment: { HOLDFAST_URL: url, HOLDFAST_TOKEN: 'hf_x', ...environment },
      ...options,
    })
  return { api, home: home.path, holdfast }
}

describe('deploy', () => {
  it('plans, signs, deploys, and says what serves with what proof and what to do next', async () => {
    const { holdfast, api } = await open(usual())
    const { exitCode, out, err } = await holdfast('deploy release.yaml')
    expect({ exitCode, err: err.replace(/it lies in .*/, '') }).toEqual({
      exitCode: 0,
      err: '✓ your key 0f1e2d3c4b5a6978 is registered as mika@laptop; \n',
    })
    expect(out).toContain('✓ deployed  acme/shop › production  in 1m 11s\n  serves    20261120T070000Z-0f1e2d3c4b5a\n')
    expect(out).toContain('  web       http://shop.example.com:7480/\n')
    expect(out).toContain('  warm      20261119T070000Z-aaaaaaaaaaaa until 16:16\n')
    expect(out).toContain(
      [
        '          requests  failed   p50   p99',
        '  before    12,040       0  12ms  41ms',
        '  during     1,204       0  12ms  41ms',
        '  after      6,022       1  12ms  41ms',
        '  the switch cost no request',
      ].join('\n'),
    )
    expect(out).toContain('  go back     holdfast rollback acme/shop production\n')
    expect(out).not.toContain('\u001b[')
    const sent = api.asked.find(({ method, path }) => method === 'POST' && path === '/v1/deployments')
    expect(sent).toMatchObject({
      key: expect.stringMatching(/^deploy-[0-9a-f]{40}$/),
      body: {
        release: { project: 'acme/shop', createdAt: expect.stringMatching(/Z$/) },
        signature: { key: expect.stringMatching(/^[0-9a-f]{16}$/) },
      },
    })
  })

  it('makes a key that only its owner can read, once, and never prints it', async () => {
    const { holdfast, home, api } = await open(usual())
    const first = await holdfast('deploy release.yaml')
    const file = join(home, '.holdfast/keys/signing.pem')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const pem = readFileSync(file, 'utf8')
    const secret = pem.split('\n')[1] ?? ''
    expect(secret.length).toBeGreaterThan(20)
    const second = await holdfast('deploy release.yaml --json')
    expect(readFileSync(file, 'utf8')).toBe(pem)
    expect(JSON.stringify([first, second, api.asked])).not.toContain(secret)
  })

  it('signs with the key that is given, by path or by itself, and registers none', async () => {
    const { holdfast, home, api } = await open(usual())
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    writeFileSync(join(home, 'ci.pem'), pem, { mode: 0o600 })
    expect((await holdfast('deploy release.yaml --key ci.pem')).exitCode).toBe(0)
    expect((await holdfast('deploy release.yaml', { environment: { HOLDFAST_KEY: pem } })).exitCode).toBe(0)
    const keys = api.asked.flatMap(({ path, body }) =>
      path === '/v1/deployments' ? [Object(Object(body).signature).key as string] : [],
    )
    expect(new Set(keys).size).toBe(1)
    expect(api.asked.map(({ path }) => path)).not.toContain('/v1/keys')
    writeFileSync(join(home, 'none.pem'), 'no key')
    expect(await holdfast('deploy release.yaml --key none.pem')).toMatchObject({ exitCode: 2 })
    expect(await holdfast('deploy release.yaml --key missing.pem')).toMatchObject({ exitCode: 2 })
  })

  it.each([
    [
      'a failure that was taken back',
      failed,
      1,
      /^✗ failed {2}acme\/shop › production {2}in 19s\n {2}state {5}Bake\n {2}call {6}start\/web\/1\n {2}field {5}services\.web\.health\n/m,
    ],
    ['a halt', halted, 4, /■ halted {2}acme\/shop/],
    [
      'a failure that waits for a decision',
      { ...baking, status: 'paused', state: 'Paused', diagnosis },
      4,
      /go on {6}holdfast resume dep_01new/,
    ],
  ] as const)('ends accordingly after %s', async (_name, wire, code, words) => {
    const { holdfast } = await open(usual(wire))
    const { exitCode, out } = await holdfast('deploy release.yaml')
    expect(out).toMatch(words)
    expect(exitCode).toBe(code)
  })

  it('says what happened, what it means, who can mend it, and the command', async () => {
    const { holdfast } = await open(usual(failed))
    const { out } = await holdfast('deploy release.yaml')
    expect(out).toContain(
      [
        '  what      no longer healthy: web/1 unhealthy (GET /health on port 24002 answered 503)',
        '  meaning   The new version does not work as it should.',
        '  mends it  whoever wrote the release',
        '  do        holdfast logs dep_01new',
        '  serves    20261119T070000Z-aaaaaaaaaaaa, as before; nothing is left of the new one',
      ].join('\n'),
    )
  })

  it('is refused when the target cannot take it, before anything is begun', async () => {
    const problem = {
      class: 'capacity',
      field: 'services.web.instances',
      what: 'no host has room',
      command: 'holdfast hosts add NAME',
    }
    const { holdfast, api } = await open({ ...usual(), 'POST /v1/deployments/plan': planned({}, [problem]) })
    const { exitCode, err } = await holdfast('deploy release.yaml')
    expect(exitCode).toBe(3)
    expect(err).toMatch(
      /refused: acme\/shop › production cannot take it now; nothing was touched\n {2}✗ services\.web\.instances: no host has room\n {4}holdfast hosts add NAME/,
    )
    expect(api.asked.map(({ path }) => path)).toEqual(['/v1/deployments/plan'])
    expect((await holdfast('deploy release.yaml --plan')).exitCode).toBe(3)
  })

  it.each([
    ['deploy.locked', 409, 3],
    ['deploy.signature_invalid', 403, 3],
    ['deploy.release_stale', 422, 3],
    ['deploy.lock_settling', 503, 3],
    ['deploy.release_invalid', 422, 2],
  ])('ends as the server refuses: %s', async (code, status, exitCode) => {
    const refusal = { status, body: { code, detail: 'no', status } }
    const { holdfast } = await open({ ...usual(), 'POST /v1/deployments': refusal })
    expect(await holdfast('deploy release.yaml')).toMatchObject({ exitCode, err: expect.stringContaining(code) })
  })

  it('tells who may not register a key what to ask for', async () => {
    const refusal = { status: 403, body: { code: 'access.forbidden', detail: 'no', status: 403 } }
    const { holdfast } = await open({ ...usual(), 'POST /v1/keys': refusal })
    const { exitCode, err } = await holdfast('deploy release.yaml')
    expect(exitCode).toBe(3)
    expect(err).toMatch(/repair +ask whoever may to run: holdfast keys add .*signing\.pem --name mika@laptop/)
  })

  it('goes on watching when the connection breaks', async () => {
    let times = 0
    const broken = events([{ event: 'deployment', data: baking }], true)
    const whole = events(end(deployed))
    const { holdfast } = await open({
      ...usual(),
      'GET /v1/deployments/dep_01new/events': () => (times++ < 2 ? broken : whole),
    })
    const { exitCode, out } = await holdfast('deploy release.yaml')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/■ connection lost, reconnecting\n● connected again\n[\s\S]*✓ deployed/)
  })

  it('lets go at Ctrl-C, and says how to watch it and how to stop it', async () => {
    const interruption = new AbortController()
    const { holdfast } = await open({
      ...usual(),
      'GET /v1/deployments/dep_01new/events': endless([{ event: 'deployment', data: baking }]),
    })
    const onOut = (text: string): void => {
      if (text.includes('Bake')) interruption.abort()
    }
    const { exitCode, err } = await holdfast('deploy release.yaml', { interrupted: interruption.signal, onOut })
    expect(exitCode).toBe(130)
    expect(err).toMatch(
      /It goes on without you\.\n {2}watch it {2}holdfast status dep_01new --follow\n {2}stop it {3}holdfast halt dep_01new\n$/,
    )
  })

  it('draws on a terminal and gives the cursor back, at every width', async () => {
    for (const columns of [40, 80, 200]) {
      const { holdfast } = await open(usual())
      const { out } = await holdfast('deploy release.yaml', { terminal: true, columns })
      expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l'))
      expect(out).toContain('✓ deployed')
    }
  })

  it('returns at once when asked, and prints JSON lines for programs', async () => {
    const { holdfast } = await open(usual())
    expect((await holdfast('deploy release.yaml --detach')).out).toBe(
      '● begun  dep_01new\n  watch it  holdfast status dep_01new --follow\n',
    )
    const lines = (await holdfast('deploy release.yaml --json')).out
      .trim()
      .split('\n')
      .map((line): Wire => JSON.parse(line))
    expect(lines[0]).toMatchObject({ kind: 'begun', id: 'dep_01new' })
    expect(lines.at(-1)).toMatchObject({ kind: 'end', status: 'succeeded', deployment: { id: 'dep_01new' } })
    expect(lines.map(({ kind }) => kind)).toContain('weights')
  })
})

describe('deploy --plan', () => {
  it('shows each call, what it creates and deletes, what is needed, the warnings, and the command to go on with', async () => {
    const { holdfast, api } = await open(usual())
    const { exitCode, out } = await holdfast('deploy release.yaml --plan')
    expect(exitCode).toBe(0)
    expect(out.replaceAll(/\d{8}T\d{9}Z/g, 'WHEN')).toBe(`deploy acme/shop › production on process
  release 20261120T070000Z-0f1e2d3c4b5a
  ! mail takes work from a queue: its former version is stopped, not kept warm

  BeforeHooks
    > run migrate
  Start 1/2
    + start web/0 on tokyo-1
        undo: stop start/web/0
        {"port":"allocate"}
  Shift 1/2
    ~ give the new version 10 percent
        undo: give it back
        {"to":"⟨port of start/web/0⟩"}
    = 10 % of the traffic, watched for 30s and 500 requests
  Start 2/2
    + start web/1 on tokyo-1
        undo: stop start/web/1
        {}
  Later, when the former version has stood warm for 16m
    - stop web/0 of before

  3 calls: + 2 processes, - 1 process
  at its peak 192 MiB of memory and 3 ports more than now

  plan  ${'c'.repeat(64)}
  do exactly this
  holdfast deploy release.yaml --expect WHEN-${'c'.repeat(64)}
`)
    expect(api.asked.map(({ path }) => path)).toEqual(['/v1/deployments/plan'])
  })

  it('is what --expect holds the deploy to: the same date, the same plan, or nothing happens', async () => {
    const { holdfast, api } = await open(usual())
    const { expect: word } = JSON.parse((await holdfast('deploy release.yaml --plan --json')).out) as { expect: string }
    expect((await holdfast(`deploy release.yaml --expect ${word}`)).exitCode).toBe(0)
    const dates = api.asked.flatMap(({ body }) => Object(Object(body).release).createdAt ?? [])
    expect(new Set(dates).size).toBe(1)
    expect(api.asked.find(({ path }) => path === '/v1/deployments')?.body).toMatchObject({ planHash: 'c'.repeat(64) })
    const other = word.replace(/c{64}$/, 'd'.repeat(64))
    const before = api.asked.length
    expect(await holdfast(`deploy release.yaml --expect ${other}`)).toMatchObject({ exitCode: 3 })
    expect(api.asked.slice(before).map(({ path }) => path)).toEqual(['/v1/deployments/plan'])
    expect(await holdfast(`deploy release.yaml --expect ${'c'.repeat(64)}`)).toMatchObject({ exitCode: 2 })
    expect(await holdfast('deploy release.yaml --expect nonsense')).toMatchObject({ exitCode: 2 })
  })

  it('asks before what cannot be taken back; where nobody can answer it wants --yes', async () => {
    const forward = { ...usual(), 'POST /v1/deployments/plan': planned({ forwardOnly: 'drops a column' }) }
    const { holdfast, api } = await open(forward)
    expect(await holdfast('deploy release.yaml')).toMatchObject({ exitCode: 3, err: expect.stringContaining('--yes') })
    expect(await holdfast('deploy release.yaml', { reply: 'n' })).toMatchObject({ exitCode: 3 })
    expect(api.asked.map(({ path }) => path)).not.toContain('/v1/deployments')
    expect(await holdfast('deploy release.yaml', { reply: 'y' })).toMatchObject({ exitCode: 0 })
    expect(await holdfast('deploy release.yaml --yes')).toMatchObject({ exitCode: 0 })
  })
})

const lock = {
  ...{ project: 'acme/shop', config: 'production', kind: 'person', owner: 'mika', reason: 'sale day', term: 1 },
  ...{ takenAt: '2026-11-20T07:00:00Z', expiresAt: '2026-11-20T15:00:00Z' },
}
const fleet = {
  ...{ fleet: 'dep_01new', releaseId: '20261120T070000Z-0f1e2d3c4b5a', until: null, deployment: 'dep_01new' },
  ...{ since: '2026-11-20T07:01:00Z', requestedBy: { type: 'user', id: 'mika', via: 'api' } },
  instances: [
    {
      ...{ instance: 'web/0', service: 'web', host: 'tokyo-1', url: 'http://10.0.0.7:24001', port: 24_001 },
      ...{ state: 'healthy', restarts: 0, startedAt: '2026-11-20T07:00:30Z', memoryBytes: 68_157_440, detail: '200' },
    },
    {
      ...{ instance: 'web/9', service: 'web', host: 'tokyo-2', state: 'unhealthy', restarts: 4 },
      detail: 'GET /health answered 503',
    },
  ],
  addresses: deployed['addresses'],
}
const place = {
  ...{ project: 'acme/shop', config: 'production', pointer: {}, serving: fleet, warm: null, underWay: null },
  ...{ locks: [lock], closed: lock, history: [deployed] },
}

describe('what is deployed', () => {
  const replies = {
    'GET /v1/places': { body: { items: [{ project: 'acme/shop', config: 'production' }] } },
    'GET /v1/deployments': { body: { items: [{ ...failed, id: 'dep_01bad' }, deployed] } },
    'GET /v1/places/acme%2Fshop/production': { body: place },
    'GET /v1/locks': { body: { items: [lock] } },
    'GET /v1/deployments/dep_01bad/why': {
      body: {
        deployment: failed,
        diagnosis,
        failedCalls: [],
        unhealthy: [],
        states: [],
        waitingFor: null,
        remarks: [],
      },
    },
    'GET /v1/deployments/dep_01bad/traffic': {
      body: {
        items: [
          {
            ...{ number: 1, from: '2026-11-20T07:00:00Z', to: '2026-11-20T07:00:02Z', unplaced: 0 },
            incoming: { requests: 0, failures: 0, lost: 0, clientAborts: 0, p50Ms: null, p99Ms: null },
            outgoing: { requests: 50, failures: 3, lost: 1, clientAborts: 0, p50Ms: 4.2, p99Ms: 41 },
          },
        ],
      },
    },
    'GET /v1/logs': {
      body: {
        items: [{ host: 'a', instance: 'web/0', service: 'web', deployment: 'dep_01new', text: 'hello \u001b[31mred' }],
        silent: [{ host: 'b', reason: 'it is away' }],
      },
    },
    'POST /v1/locks': { status: 201, body: lock },
    'POST /v1/locks/release': { status: 204 },
    'POST /v1/locks/break': { body: { outcome: 'opened', owner: 'ken' } },
  }

  it('is a table of places, and one place in depth', async () => {
    const { holdfast } = await open(replies)
    expect((await holdfast('status')).out).toMatch(
      /^PROJECT +CONFIG +STATE +SERVES +SINCE\nacme\/shop +production +■ locked by mika +20261120T070000Z-0f1e2d3c4b5a/,
    )
    const { out } = await holdfast('status acme/shop production')
    expect(out).toMatch(
      /^■ locked by mika {2}acme\/shop › production\n {2}serves +20261120T070000Z-0f1e2d3c4b5a, since .*, by mika\n {2}web +http:\/\/shop\.example\.com:7480\/\n/,
    )
    expect(out).toContain('  locked    by mika until 00:00: sale day\n')
    expect(out).toMatch(
      /SERVING +STATE +HOST +PORT +UP +RESTARTS +MEMORY\n {2}web\/0 +✓ healthy +tokyo-1 +24001 +(\d+d )?\d+h.* +0 +65 MiB\n/,
    )
    expect(out).toMatch(/web\/9 +✗ unhealthy +tokyo-2/)
    expect(out).toMatch(/\n {2}web\/9 +GET \/health answered 503\n/)
    expect(out).toContain('open it   holdfast unlock acme/shop production')
    expect(JSON.parse((await holdfast('status acme/shop production --json')).out)).toMatchObject({
      closed: { owner: 'mika' },
    })
  })

  it('has a history, with the failed one to ask about', async () => {
    const { holdfast } = await open(replies)
    const { out } = await holdfast('history acme/shop production')
    expect(out).toMatch(/✗ failed +dep_01bad +20261120T070000Z-0f1e2d3c4b5a/)
    expect(out).toContain('why          holdfast why dep_01bad')
    const why = await holdfast('why dep_01bad')
    expect(why.out).toMatch(/✗ failed {2}acme\/shop › production {2}dep_01new\n {2}state +Bake\n/)
    expect(why.out).toContain('again     holdfast retry dep_01new')
  })

  it('has the traffic of a deployment over its time, old against new', async () => {
    const { holdfast } = await open(replies)
    const { out } = await holdfast('traffic dep_01bad')
    expect(out).toContain('OLD /S')
    expect(out).toMatch(/2s +25\.0 +✗ 4 +4\.2ms +41ms +0\.0 +– +– +–/)
    expect(JSON.parse((await holdfast('traffic dep_01bad --json')).out)).toMatchObject({ items: [{ number: 1 }] })
  })

  it('can be closed, opened, and broken open', async () => {
    const { holdfast, api } = await open(replies)
    expect((await holdfast('locks')).out).toMatch(/acme\/shop +production +mika +.*sale day/)
    expect((await holdfast('lock acme/shop production --reason sale')).out).toMatch(
      /■ locked {2}acme\/shop › production until 2026-11-21 00:00:00/,
    )
    expect(await holdfast('lock acme/shop production')).toMatchObject({ exitCode: 2 })
    expect((await holdfast('unlock acme/shop production')).out).toBe('✓ open  acme/shop › production\n')
    expect((await holdfast('break acme/shop production --reason away')).out).toContain('the lock of ken is broken')
    expect(api.asked.map(({ path }) => path)).toEqual([
      '/v1/locks',
      '/v1/locks',
      '/v1/locks/release',
      '/v1/locks/break',
    ])
  })

  it('tells what instances wrote, and which hosts did not answer', async () => {
    const { holdfast } = await open(replies)
    const { out, err } = await holdfast('logs acme/shop production --lines 5')
    expect(out).toBe(String.raw`web/0  hello \u001b[31mred` + '\n')
    expect(err).toBe('■ b did not answer, its lines are missing: it is away\n')
    expect(await holdfast('logs acme/shop')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('its config is missing'),
    })
  })

  it('is left alone when nothing is under way that could be halted', async () => {
    const { holdfast } = await open(replies)
    const { exitCode, err } = await holdfast('halt acme/shop production')
    expect(exitCode).toBe(1)
    expect(err).toMatch(
      /Nothing is under way in acme\/shop › production\n {2}accepted +the last deployment there was dep_01new \(succeeded\)/,
    )
  })
})

describe('going back', () => {
  it('follows a halt to its end, which is what was wanted', async () => {
    const { holdfast, api } = await open({
      ...usual(halted),
      'POST /v1/deployments/dep_01new/halt': { status: 202, body: baking },
    })
    const { exitCode, out } = await holdfast('halt dep_01new --reason wrong')
    expect(exitCode).toBe(0)
    expect(out).toContain('■ halted  acme/shop')
    expect(api.asked[0]?.body).toEqual({ reason: 'wrong' })
  })

  it('rolls back, and says whether that is a switch or a new start', async () => {
    const answer = { status: 201, body: { outcome: 'rollback', deployment: 'dep_01new', releaseId: 'r' } }
    const { holdfast } = await open({ ...usual({ ...deployed, kind: 'rollback' }), 'POST /v1/rollbacks': answer })
    const { exitCode, out } = await holdfast('rollback acme/shop production')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^● going back  .*\n  the former release is warm: the traffic goes back to it now/)
    expect(out).toContain('✓ rolled back  acme/shop')
  })

  it('ends with 5 where no server answers', async () => {
    const home = temporaryFolder()
    undo.push(() => home.remove())
    writeFileSync(join(home.path, 'release.yaml'), release)
    for (const line of ['deploy release.yaml', 'status', 'rollback a/b c', 'history', 'why dep_1']) {
      expect(await runIn(home.path, `${line} --url http://127.0.0.1:1`.split(' '))).toMatchObject({ exitCode: 5 })
    }
  })
})
