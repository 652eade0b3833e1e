import { afterEach, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../../audit/index.ts'
import { haltDeployment } from '../../deployment/halt.ts'
import { planDeployment } from '../../deployment/plan.ts'
import { rollBack } from '../../deployment/rollback.ts'
import { describePlan } from '../../plan/describe.ts'
import { admin, endWorlds } from '../../world.ts'
import { type Document, ProcessWorld, web } from './world.fake.ts'

const place = { project: 'shop/web', config: 'production' }
const never = new AbortController().signal

async function open(hosts = 2): Promise<ProcessWorld> {
  const world = new ProcessWorld()
  for (let i = 0; i < hosts; i++) world.hosts.add(`host-${'abc'[i]}`, { zone: i % 2 === 0 ? 'a' : 'b' })
  await world.begin()
  return world
}

const worker: Document = { command: 'good', queueWorker: true }

/** Nothing that a client would notice, and nothing that nobody has. */
function requireClean(world: ProcessWorld, ...fleets: readonly (string | null)[]): void {
  expect(world.hosts.violations).toEqual([])
  const strays = world.hosts.standing().filter((name) => !fleets.some((fleet) => name.startsWith(fleet ?? '-')))
  expect(strays).toEqual([])
  for (const host of world.hosts.all.keys()) {
    const named = world.hosts.routes(host, world.place).flatMap(({ targets }) => targets.map(({ release }) => release))
    expect([...new Set(named)].filter((release) => !fleets.includes(release))).toEqual([])
  }
}

describe('a first deploy', () => {
  afterEach(endWorlds)

  it('brings files and instances to the hosts, and gets the traffic on every edge at once', async () => {
    const world = await open()
    const done = await world.shipped({ web: web() })
    expect(done).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    expect(world.hosts.standing()).toEqual(
      ['-web-0', '-web-1', ' files on host-a', ' files on host-b'].map((end) => `${done.fleet}${end}`).toSorted(),
    )
    for (const host of ['host-a', 'host-b']) {
      expect(world.hosts.shares(host, world.place)).toEqual({ [done.fleet]: 100 })
      const [route] = world.hosts.routes(host, world.place)
      expect(route).toMatchObject({ id: 'shop.example.com/', service: 'web', hosts: ['shop.example.com'] })
      expect(route?.maintenance).toBeUndefined()
    }
    requireClean(world, done.fleet)
  })

  it('reaches an instance of its own host over the loopback, and that of another at its address', async () => {
    const world = await open()
    await world.shipped({ web: web() })
    const [route] = world.hosts.routes('host-a', world.place)
    const hosts = route?.targets.map(({ address }) => ('host' in address ? address.host : '')).toSorted()
    expect(hosts).toEqual(['10.0.0.6', '127.0.0.1'])
  })

  it('of an application that repeats no release id is vouched for to the edges of other hosts', async () => {
    const world = await open()
    const done = await world.shipped({ web: web({ command: 'mute' }) })
    expect(done).toMatchObject({ status: 'succeeded' })
    const targets = world.hosts.routes('host-a', world.place).flatMap((route) => route.targets)
    expect(targets.map(({ attested }) => attested?.evidence).filter((said) => said !== undefined)).toEqual([
      "the agent of host-b saw that the socket is this instance's",
    ])
    requireClean(world, done.fleet)
  })

  it('is vouched for also to an edge that reaches the other host over the loopback', async () => {
    const world = new ProcessWorld()
    const names = ['host-a', 'host-b']
    for (const name of names) world.hosts.add(name, { address: '127.0.0.1' })
    await world.begin()
    const done = await world.shipped({ web: web({ command: 'mute' }) })
    expect(done).toMatchObject({ status: 'succeeded' })
    for (const host of names) {
      const other = names.find((name) => name !== host) ?? ''
      const targets = world.hosts.routes(host, world.place).flatMap((route) => route.targets)
      const vouched = targets.flatMap(({ instance, attested }) => (attested === undefined ? [] : [instance]))
      const strangers = [...(world.hosts.all.get(other)?.instances.keys() ?? [])]
      expect({ host, vouched }).toEqual({ host, vouched: strangers })
      expect(strangers).toHaveLength(1)
    }
    requireClean(world, done.fleet)
  })

  it('answers nobody until it is healthy, and says so itself', async () => {
    const world = await open(1)
    await world.advance(1000)
    await world.deploy({ services: { web: web({ command: 'slow' }) } })
    const routesSeen = (): number => world.hosts.routes('host-a', world.place).length
    await world.until(() => routesSeen() > 0)
    expect(world.hosts.routes('host-a', world.place)[0]?.maintenance).toMatchObject({ on: true, status: 503 })
    expect(world.hosts.violations).toEqual([])
  })

  it.each<[string, Document, string, string]>([
    ['never becomes healthy', { command: 'never' }, 'health', 'GET / answered 500'],
    ['crashes again and again', { command: 'crash' }, 'health', 'it ends again and again'],
    ['answers as another release', { command: 'wrong-release' }, 'health', 'x-release-id'],
    ['does not listen on its own port', { command: 'foreign' }, 'capacity', 'another program'],
  ])('of a version that %s leaves nothing', async (_what, service, failureClass, detail) => {
    const world = await open()
    const failed = await world.shipped({ web: web(service) }, { timeout: '1m' })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: failureClass, state: 'CheckHealth' } })
    expect(failed.diagnosis?.what).toContain(detail)
    requireClean(world)
    expect(world.hosts.standing()).toEqual([])
  })
})

describe('an update', () => {
  afterEach(endWorlds)

  it('takes over in one push for each edge, and keeps the former version warm, then takes it down', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    world.hosts.told.splice(0)
    const second = await world.shipped({ web: web() })
    expect(second.status).toBe('succeeded')
    expect(world.hosts.mutating('setRoutes')).toHaveLength(4)
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [second.fleet]: 100, [first.fleet]: 0 })
    const [route] = world.hosts.routes('host-b', world.place)
    expect(route?.targets.filter(({ release }) => release === first.fleet).map(({ state }) => state)).toEqual(['warm', 'warm']) // prettier-ignore
    requireClean(world, first.fleet, second.fleet)
    await world.cooled()
    requireClean(world, second.fleet)
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [second.fleet]: 100 })
  })

  it('gets another port when another program has taken the one that was chosen', async () => {
    const world = await open(1)
    const first = await world.shipped({ web: web() })
    const host = world.hosts.all.get('host-a')
    for (const port of [24_002, 24_004]) host?.foreignPorts.add(port)
    const second = await world.shipped({ web: web() })
    expect(second).toMatchObject({ status: 'succeeded' })
    const [route] = world.hosts.routes('host-a', world.place)
    const own = route?.targets.filter(({ release }) => release === second.fleet) ?? []
    expect(own.map(({ address }) => 'port' in address && address.port)).toEqual([24_005, 24_003])
    expect(
      world.hosts.mutating('startInstance').map(({ command }) => 'key' in command && command.key.replace(/^\w+/, '')),
    ).toEqual([
      ...['/start/web/0', '/start/web/1'],
      ...['/start/web/0', '/start/web/1', '/start/web/0~1', '/start/web/0~2'],
    ])
    requireClean(world, first.fleet, second.fleet)
  })

  it('is shown to the edges while it comes up, and gets no request before they have proven it', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }) } })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    const [route] = world.hosts.routes('host-a', world.place)
    expect(route?.targets.map(({ release, state }) => [release, state])).toEqual([
      ...[id, id].map((release) => [release, 'warm']),
      ...[first.fleet, first.fleet].map((release) => [release, 'active']),
    ])
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [id]: 0, [first.fleet]: 100 })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    requireClean(world, first.fleet, id)
  })

  it.each<[string, PlainJson]>([
    ['one-box', { kind: 'one-box', bake: { for: '10s', requests: 10 } }],
    ['percentage', { kind: 'percentage', steps: [10, 50], bake: { for: '10s' } }],
    ['linear', { kind: 'linear', by: 25, bake: { for: '10s' } }],
  ])('goes out %s', async (_kind, strategy) => {
    const world = await open()
    const first = await world.shipped({ web: web({ instances: 5 }) })
    const second = await world.shipped({ web: web({ instances: 5 }) }, { strategy })
    expect(second).toMatchObject({ status: 'succeeded' })
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [second.fleet]: 100, [first.fleet]: 0 })
    expect(world.hosts.standing().filter((name) => name.startsWith(`${second.fleet}-`))).toHaveLength(5)
    requireClean(world, first.fleet, second.fleet)
  })

  it('that fails while it bakes gives all of the traffic back first, and leaves nothing of itself', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const strategy = { kind: 'percentage', steps: [50], bake: { for: '30s' } }
    const failed = await world.shipped({ web: web({ command: 'fades' }) }, { strategy })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'health', state: 'Bake' } })
    expect(world.hosts.shares('host-b', world.place)).toEqual({ [first.fleet]: 100 })
    requireClean(world, first.fleet)
  })

  it('that makes clients fail comes back', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    await world.advance(1000)
    const strategy = { kind: 'percentage', steps: [50], bake: { for: '1m' } }
    const { id } = await world.deploy({ services: { web: web() }, strategy })
    world.hosts.failing.set(id, 0.5)
    expect(await world.untilEnded(id)).toMatchObject({ status: 'failed', diagnosis: { class: 'health' } })
    requireClean(world, first.fleet)
  })

  it('may bring services, take some away, rename them and change their addresses', async () => {
    const world = await open()
    const former = {
      web: web({ route: { hosts: ['shop.example.com', 'www.example.com'] } }),
      old: web({ route: { hosts: ['old.example.com'] } }),
      admin: web({ instances: 1, route: { hosts: ['admin.example.com'] }, health: { kind: 'http', path: '/health' } }),
    }
    const next = {
      site: web({ route: { hosts: ['shop.example.com'] } }),
      api: web({ route: { hosts: ['shop.example.com'], path: '/api' } }),
      admin: web({ instances: 1, route: { hosts: ['admin.example.com'] }, health: { kind: 'http', path: '/up' } }),
    }
    const strategy = { kind: 'percentage', steps: [50], bake: { for: '5s' } }
    const first = await world.shipped(former)
    const second = await world.shipped(next, { strategy })
    expect(second).toMatchObject({ status: 'succeeded' })
    const routes = world.hosts.routes('host-a', world.place)
    const seen = Object.fromEntries(routes.map(({ id, service, maintenance }) => [id, maintenance?.status ?? service]))
    expect(seen).toEqual({
      'shop.example.com/': 'site',
      'shop.example.com/api': 'api',
      'admin.example.com/': 'admin',
      'www.example.com/': 404,
      'old.example.com/': 404,
    })
    const paths = routes.find(({ service }) => service === 'admin')?.targets.map(({ health }) => health?.path)
    expect(paths).toEqual(['/up', '/health'])
    requireClean(world, first.fleet, second.fleet)

    await world.answer(rollBack(world.deploys, admin, place))
    await world.until(() => world.pointer().servingFleet === first.fleet)
    await world.advance(60_000)
    expect(
      world.hosts
        .routes('host-b', world.place)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['admin.example.com/', 'old.example.com/', 'shop.example.com/', 'www.example.com/'])
    requireClean(world, first.fleet)
  })

  it('stops the former workers of a queue, and starts them again on the way back', async () => {
    const world = await open()
    const first = await world.shipped({ web: web(), mail: worker })
    const second = await world.shipped({ web: web(), mail: worker })
    const mails = (): string[] => world.hosts.standing().filter((name) => name.includes('-mail-'))
    expect(mails()).toEqual([`${second.fleet}-mail-0`])
    const { deployment } = await world.answer(rollBack(world.deploys, admin, place))
    expect(await world.untilEnded(deployment)).toMatchObject({ status: 'succeeded', kind: 'rollback' })
    expect(mails()).toEqual([`${first.fleet}-mail-0`])
    requireClean(world, first.fleet)
  })

  it('to a release without any route takes the former addresses out of service', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const second = await world.shipped({ mail: worker })
    expect(second).toMatchObject({ status: 'succeeded' })
    expect(world.hosts.routes('host-a', world.place)[0]?.maintenance).toMatchObject({ on: true, status: 404 })
    requireClean(world, first.fleet, second.fleet)
    await world.cooled()
    expect(world.hosts.routes('host-a', world.place)).toEqual([])
    requireClean(world, second.fleet)
  })
})

describe('going back', () => {
  afterEach(endWorlds)

  it('while the former version is warm is one push for each edge', async () => {
    const world = await open(3)
    const first = await world.shipped({ web: web() })
    await world.shipped({ web: web() })
    world.hosts.told.splice(0)
    const { deployment, outcome } = await world.answer(rollBack(world.deploys, admin, place))
    expect(outcome).toBe('rollback')
    const shares = (host: string): number | undefined => world.hosts.shares(host, world.place)[first.fleet]
    await world.until(() => ['host-a', 'host-b', 'host-c'].every((host) => shares(host) === 100))
    expect(world.hosts.told.map(({ command }) => command.kind)).toEqual(['setRoutes', 'setRoutes', 'setRoutes'])
    expect(await world.untilEnded(deployment)).toMatchObject({ status: 'succeeded' })
    requireClean(world, first.fleet)
  })

  it('to what is no longer there brings it up anew', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const second = await world.shipped({ web: web() })
    await world.cooled()
    const { deployment, outcome } = await world.answer(
      rollBack(world.deploys, admin, { ...place, to: first.releaseId }),
    )
    expect(outcome).toBe('return')
    const third = await world.untilEnded(deployment)
    expect(third).toMatchObject({ status: 'succeeded', releaseId: first.releaseId })
    requireClean(world, second.fleet, third.fleet)
  })

  it('works after a deploy in between has failed', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const failed = await world.shipped({ web: web({ command: 'crash' }) })
    expect(failed.status).toBe('failed')
    const third = await world.shipped({ web: web() })
    const { deployment } = await world.answer(rollBack(world.deploys, admin, place))
    expect(await world.untilEnded(deployment)).toMatchObject({ status: 'succeeded', fleet: first.fleet })
    expect(third.fleet).not.toBe(first.fleet)
    requireClean(world, first.fleet)
  })
})

describe('a halt', () => {
  afterEach(endWorlds)

  const states = ['CheckResources', 'Prepare', 'Start', 'CheckHealth', 'Shift', 'Bake', 'Switch', 'Watch'] as const
  it.each(states)('in %s leaves the former version, whole and alone', async (state) => {
    const world = await open()
    const first = await world.shipped({ web: web(), mail: worker })
    await world.advance(1000)
    const strategy = { kind: 'one-box', bake: { for: '30s' } }
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }), mail: worker }, strategy })
    await world.until(() => world.deployment(id).state === state)
    void haltDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted' })
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [first.fleet]: 100 })
    requireClean(world, first.fleet)
  })
})

describe('what goes wrong', () => {
  afterEach(endWorlds)

  it('a wrong digest is told with its field, and leaves nothing', async () => {
    const world = await open()
    for (const host of world.hosts.all.values()) host.digest = 'b'.repeat(64)
    const failed = await world.shipped({ web: web() })
    expect(failed.diagnosis).toMatchObject({ class: 'user', field: 'artifact.sha256', state: 'Prepare', mender: 'author' }) // prettier-ignore
    requireClean(world)
  })

  it('a build that fails is told with the last lines of its log', async () => {
    const world = await open(1)
    const message = 'The build ended with 1.\nnpm error missing script: build'
    world.hosts.faults.set('prepareArtifact', { kind: 'fail', code: 'host.build_failed', message, times: 99 })
    const failed = await world.shipped({ web: web() })
    expect(failed.diagnosis).toMatchObject({ class: 'user', field: 'artifact.build.command' })
    expect(failed.diagnosis?.what).toContain('npm error missing script')
    requireClean(world)
  })

  it('a host without room is passed over for the next, which gets the files with the start', async () => {
    const world = await open(3)
    world.hosts.faults.set('startInstance', { kind: 'fail', code: 'host.ports_exhausted', times: 1 })
    const done = await world.shipped({ web: web({ instances: 1 }) })
    expect(done).toMatchObject({ status: 'succeeded' })
    const copies = world.hosts.standing().filter((name) => name.includes('files'))
    expect(copies).toHaveLength(2)
    const second = await world.shipped({ web: web({ instances: 1 }) })
    await world.cooled()
    requireClean(world, second.fleet)
  })

  it('an agent that is away for a while is waited for', async () => {
    const world = await open()
    await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }) } })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    const host = world.hosts.all.get('host-b')
    if (host !== undefined) host.isAway = true
    await world.advance(3000)
    if (host !== undefined) host.isAway = false
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
  })

  it('an agent that stays away fails the deploy; its host is put in order when it comes back', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }) } })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    const host = world.hosts.all.get('host-b')
    if (host === undefined) throw new Error('there is no such host')
    host.isAway = true
    await world.advance(120_000)
    expect(world.deployment(id)).toMatchObject({ endedAt: null, diagnosis: { class: 'platform' } })
    expect(world.hosts.shares('host-a', world.place)).toMatchObject({ [first.fleet]: 100 })
    host.isAway = false
    expect(await world.untilEnded(id)).toMatchObject({ status: 'failed', diagnosis: { class: 'platform' } })
    requireClean(world, first.fleet)
  })

  it('a deadline that is over before a call is repeated fails the deploy, and nothing else', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const second = await world.shipped({ web: web() })
    world.hosts.awayAfterMs = 500
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web() }, timeout: '5s' })
    const host = world.hosts.all.get('host-b')
    await world.until(() => world.deployment(id).state === 'Prepare')
    if (host !== undefined) host.isAway = true
    await world.advance(60_000)
    if (host !== undefined) host.isAway = false
    expect(await world.untilEnded(id)).toMatchObject({
      status: 'failed',
      diagnosis: { class: 'platform', what: expect.stringMatching(/timeout of 5s was over in Prepare: .*away/) },
    })
    requireClean(world, second.fleet, first.fleet)
  })

  it('an agent that is away when the time is over is why, and not the release', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }) }, timeout: '8s' })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    const host = world.hosts.all.get('host-b')
    if (host !== undefined) host.isAway = true
    await world.advance(20_000)
    if (host !== undefined) host.isAway = false
    expect(await world.untilEnded(id)).toMatchObject({
      status: 'failed',
      diagnosis: {
        ...{ class: 'platform', mender: 'operator', command: expect.stringContaining('holdfast host;') },
        what: expect.stringMatching(/timeout of 8s was over in CheckHealth: the agent of host-b has been away/),
      },
    })
    requireClean(world, first.fleet)
  })

  it('a host that is taken out for good holds up nothing', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web({ command: 'slow' }) } })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    const host = world.hosts.all.get('host-b')
    if (host !== undefined) host.isRemoved = true
    expect(await world.untilEnded(id)).toMatchObject({ status: 'failed' })
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [first.fleet]: 100 })
  })

  it('too little memory is found before anything is changed', async () => {
    const world = new ProcessWorld()
    world.hosts.add('small', { memoryMiB: 100 })
    await world.begin()
    const failed = await world.shipped({ web: web({ limits: { memoryMiB: 80 } }) })
    expect(failed.diagnosis).toMatchObject({ class: 'capacity', state: 'CheckResources' })
    expect(world.hosts.told).toEqual([])
  })
})

describe('what stands warm', () => {
  afterEach(endWorlds)

  it('stays in the routes of every edge until the new version is committed, and leaves them then', async () => {
    const world = await open()
    const first = await world.shipped({ web: web() })
    const second = await world.shipped({ web: web() })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: web() } })
    await world.until(() => world.deployment(id).state === 'Watch')
    for (const host of ['host-a', 'host-b']) {
      expect(world.hosts.shares(host, world.place)).toEqual({ [id]: 100, [second.fleet]: 0, [first.fleet]: 0 })
    }
    await haltDeployment(world.deploys, admin, { id })
    await world.untilEnded(id)
    expect(world.hosts.shares('host-a', world.place)).toEqual({ [second.fleet]: 100, [first.fleet]: 0 })
    const answer = await world.answer(rollBack(world.deploys, admin, place))
    expect(answer.outcome).toBe('rollback')
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded', fleet: first.fleet })
    requireClean(world, first.fleet)
    const third = await world.shipped({ web: web() })
    const fourth = await world.shipped({ web: web() })
    requireClean(world, fourth.fleet, third.fleet)
  })

  it('is reached at addresses that only it has, when somebody goes back to it past a version without them', async () => {
    const world = await open()
    const first = await world.shipped({ web: web({ route: { hosts: ['old.example.com'] } }) })
    await world.shipped({ web: web() })
    await world.shipped({ web: web({ command: 'never' }) }, { timeout: '20s' })
    const answer = await world.answer(rollBack(world.deploys, admin, place))
    await world.untilEnded(answer.deployment)
    const [route] = world.hosts.routes('host-a', world.place)
    expect(route).toMatchObject({ hosts: ['old.example.com'], weights: [{ release: first.fleet, weight: 100 }] })
    expect(route?.maintenance).toBeUndefined()
    requireClean(world, first.fleet)
  })

  it('goes first on hosts that have no room for three versions, and the plan says so', async () => {
    const world = new ProcessWorld()
    // 128 MiB are wanted, 127 are free, and what stands warm uses one.
    world.hosts.add('host-a', { memoryMiB: 127 })
    await world.begin()
    const small = web({ instances: 1 })
    await world.shipped({ web: small })
    await world.shipped({ web: small })
    await world.advance(1000)
    const wanted = web({ instances: 1, limits: { memoryMiB: 128 } })
    const release = world.document({ services: { web: wanted } })
    const { plan, hash, problems } = await world.answer(planDeployment(world.deploys, admin, { release }, never))
    expect(problems).toEqual([])
    expect(describePlan(plan, hash)).toContain('no room for three versions')
    const third = await world.shipped({ web: wanted })
    expect(third).toMatchObject({ status: 'succeeded' })
    expect(third.plan?.stages[0]).toMatchObject({ state: 'MakeRoom' })
    requireClean(world, third.fleet, third.plan?.serving ?? '')
  })
})

describe('a service with keepWarm: false', () => {
  afterEach(endWorlds)

  it('leaves no former version warm: it is drained and gone, and a rollback starts it anew', async () => {
    const world = await open()
    const services = { web: web({ keepWarm: false }), api: web({ route: { hosts: ['api.example.com'] } }) }
    const first = await world.shipped(services)
    const second = await world.shipped(services)
    expect(world.pointer()).toMatchObject({ servingFleet: second.fleet, warmFleet: null })
    requireClean(world, second.fleet)
    const answer = await world.answer(rollBack(world.deploys, admin, place))
    expect(answer).toMatchObject({ outcome: 'return', releaseId: first.releaseId })
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
    requireClean(world, answer.deployment)
  })
})

describe('the plan', () => {
  afterEach(endWorlds)

  it("tells that a host brings no artifact out of Holdfast's own folders, before anything is changed", async () => {
    const world = await open(1)
    const host = world.hosts.all.get('host-a')
    if (host === undefined) throw new Error('there is no host')
    host.forbidsArtifact = true
    const artifact = { folder: '/var/lib/holdfast', sha256: 'a'.repeat(64) }
    const release = world.document({ services: { web: web() }, artifact })
    const { problems } = await world.answer(planDeployment(world.deploys, admin, { release }, never))
    expect(problems).toMatchObject([{ class: 'permission', field: 'artifact.folder' }])
    const failed = await world.shipped({ web: web() }, { artifact })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'permission', state: 'CheckResources' } })
    expect(world.hosts.mutating('prepareArtifact')).toEqual([])
    // Nobody's disk is asked about what comes over the network.
    expect(await world.shipped({ web: web() })).toMatchObject({ status: 'succeeded' })
  })

  it('tells every call before it is made', async () => {
    const world = await open()
    await world.shipped({ web: web(), mail: worker })
    await world.advance(1000)
    const strategy = { kind: 'one-box', bake: { for: '5m' } }
    const release = world.document({ services: { web: web(), mail: worker }, strategy })
    const { plan, hash, problems } = await world.answer(planDeployment(world.deploys, admin, { release }, never))
    expect(problems).toEqual([])
    expect(describePlan(plan, hash).replaceAll(/[0-9a-f]{64}|\d{8}T\w+-\w+/g, '…')).toBe(
      [
        'deploy … to shop/web production on process',
        'plan …',
        '! mail takes work from a queue: its former version is stopped, not kept warm',
        '',
        '  Prepare',
        '    + bring the files to host-a    undo: delete the files of this version on host-a',
        '    + bring the files to host-b    undo: delete the files of this version on host-b',
        '  Start 1 of 2',
        '    + start mail/0 on host-b (1 other places if there is no room)    undo: stop mail/0',
        '    + start web/0 on host-a (1 other places if there is no room)    undo: stop web/0',
        '    + show the new instances to the edges, without traffic    undo: take this version out of the routes',
        '  Shift 1 of 2',
        '    ~ give the new version 10 percent of the traffic, once every edge has proven it    undo: give all of the traffic back to the version before',
        '    watch it for 5m',
        '  Start 2 of 2',
        '    + start web/1 on host-b (1 other places if there is no room)    undo: stop web/1',
        '    + show the new instances to the edges, without traffic    undo: take this version out of the routes',
        '  Switch',
        '    ~ give the new version all of the traffic, once every edge has proven it    undo: give all of the traffic back to the version before',
        '    watch it for 5m',
        '  KeepWarm',
        '    - stop mail/0',
        '  Later, 25m after the switch',
        '    - take this version out of the routes',
        '    - stop web/0',
        '    - stop web/1',
        '    - delete the files of this version on host-a',
        '    - delete the files of this version on host-b',
        '',
        '10 calls; creates 2 folder, 3 instance, 2 route; deletes 3 instance, 1 route, 2 folder',
        'at its peak 192 MiB and 2 ports more than now',
      ].join('\n'),
    )
  })
})
