import { afterEach, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../audit/index.ts'
import { HoldfastError } from '../../base/index.ts'
import type { Procedure } from '../../engine/index.ts'
import type { CommandInput, Hosts, RanCommand } from '../../host/index.ts'
import type { Deploys } from '../deploys.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { admin, endWorlds, World } from '../world.ts'
import { hookProcedures } from './procedures.ts'
import type { Fetch } from './smoke.ts'

afterEach(endWorlds)

type RunInput = Extract<CommandInput, { kind: 'runCommand' }>
type Answer = RanCommand | HoldfastError | 'never'

const fine: RanCommand = { how: 'exited', code: 0, output: 'migrated 3 tables\n', tookMs: 12 }

/** Agents that answer what they are told to, in turn, and then that all is well. */
async function worldWith(answers: Answer[] = [], fetch: Fetch = async () => new Response('ok')) {
  const asked: (RunInput & { readonly host: string })[] = []
  const seen: { world?: World } = {}
  const hosts: Hosts = {
    list: () => [],
    run: async (host, command, signal) => {
      if (command.kind !== 'runCommand') throw new Error(`nobody asked for ${command.kind}`)
      // A generic parameter is not narrowed by a check of its kind.
      asked.push({ ...(command as RunInput), host })
      const answer = answers.shift() ?? fine
      if (answer instanceof HoldfastError) throw answer
      if (answer === 'never') {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('left')), { once: true })
        })
      }
      // The one command that is asked for answers this.
      return answer as never
    },
  }
  // The procedures look at whatever process is alive.
  const deploys = new Proxy({}, { get: (_, name) => Reflect.get(seen.world?.deploys ?? {}, name) }) as Deploys
  const procedures: readonly Procedure[] = hookProcedures({ deploys, hosts, fetch })
  const world = await new World({ procedures, hooks: procedures }).begin()
  seen.world = world
  return { world, asked }
}

const before = (procedure: string, input: PlainJson = null) => ({ hooks: { before: [{ procedure, input }] } })

describe('the hook migrate', () => {
  it('runs the migration of the new release once, on one host, before anything starts', async () => {
    const { world, asked } = await worldWith()
    const done = await world.deployed(
      before('migrate', { service: 'web', secrets: { DATABASE_URL: 'file:/etc/shop/database' }, timeout: '5m' }),
    )
    expect(done.status).toBe('succeeded')
    expect(asked).toEqual([
      {
        kind: 'runCommand',
        host: 'hst_a',
        key: expect.stringContaining('/hst_a'),
        fence: { scope: done.id, term: done.term },
        workingCopy: 'copy-a',
        command: 'npm run migrate',
        folder: '',
        environment: {},
        secrets: { DATABASE_URL: 'file:/etc/shop/database' },
        service: 'web',
        timeoutMs: 300_000,
        repeatable: false,
      },
    ])
  })

  it('that fails takes the release back, with what it said', async () => {
    const failed: RanCommand = { how: 'exited', code: 1, output: 'relation "orders" exists\n', tookMs: 5 }
    const { world } = await worldWith([failed])
    const first = await world.deployed()
    const second = await world.deployed(before('migrate', { command: './migrate.sh' }))
    expect(second).toMatchObject({ status: 'failed', diagnosis: { class: 'user', field: 'hooks.before.0' } })
    expect(second.diagnosis?.what).toContain('CommandFailed: the command ended with 1 on a:\nrelation "orders" exists')
    expect(world.pointer().servingFleet).toBe(first.id)
  })

  it.each<[string, Partial<RanCommand>, string]>([
    ['takes too long', { how: 'timed-out', tookMs: 600_000 }, 'did not end within 600000 ms and was killed'],
    ['takes too much', { how: 'out-of-memory' }, 'used more memory than it may'],
    ['is killed', { how: 'killed', signal: 'SIGKILL' }, 'was killed by SIGKILL'],
  ])('that %s has failed', async (_what, how, told) => {
    const { code: _code, ...others } = fine
    const { world } = await worldWith([{ ...others, ...how }])
    expect((await world.deployed(before('migrate'))).diagnosis?.what).toContain(told)
  })

  it('asks an agent that was away again, under the same key', async () => {
    const away = new HoldfastError('host.away', 'The agent of a is away', { kind: 'unavailable' })
    const { world, asked } = await worldWith([away, away])
    expect(await world.deployed(before('migrate'))).toMatchObject({ status: 'succeeded' })
    expect(asked).toHaveLength(3)
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1)
  })

  it('of which nobody knows how far it came stops, and says what to do', async () => {
    const lost = new HoldfastError('host.command_lost', 'The command was begun, and its agent ended before it did', {
      kind: 'conflict',
      repair: 'see what it did, then run it again under another key',
    })
    const { world, asked } = await worldWith([lost])
    const failed = await world.deployed(before('migrate'))
    expect(failed.diagnosis?.what).toContain('CommandLost: on a: The command was begun')
    expect(failed.diagnosis?.what).toContain('see what it did')
    expect(asked).toHaveLength(1)
  })

  it('is left when the deployment is halted', async () => {
    const { world } = await worldWith(['never'])
    await world.advance(1000)
    const { id } = await world.deploy(before('migrate'))
    await world.until(() => world.deployment(id).state === 'BeforeHooks')
    await world.advance(1000)
    await haltDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id, 60_000)).toMatchObject({ status: 'halted' })
  })
})

describe('the hook run-command', () => {
  it('runs on each host when it is told to', async () => {
    const { world, asked } = await worldWith()
    await world.deployed({
      hooks: { after: [{ procedure: 'run-command', input: { command: ['./warm', '--all'], on: 'each' } }] },
    })
    expect(asked.map(({ host, command }) => [host, command])).toEqual([
      ['hst_a', ['./warm', '--all']],
      ['hst_b', ['./warm', '--all']],
    ])
  })

  it.each<[string, PlainJson, string]>([
    ['no command', {}, 'hooks.before.0.input.command'],
    ['a key that is not known', { command: 'true', timeot: '1m' }, 'hooks.before.0.input'],
    ['a secret that is no reference', { command: 'true', secrets: { A: 'hunter2' } }, 'hooks.before.0.input.secrets.A'],
  ])('with %s is refused before anything is changed', async (_what, input, field) => {
    const { world, asked } = await worldWith()
    const failed = await world.deployed(before('run-command', input))
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'user', state: 'CheckResources', field } })
    expect(world.target.made).toEqual([])
    expect(asked).toEqual([])
  })

  it('that is misspelt is told before the traffic has moved, though it comes after', async () => {
    const { world } = await worldWith()
    const failed = await world.deployed({ hooks: { after: [{ procedure: 'run-comand' }] } })
    expect(failed.diagnosis).toMatchObject({
      state: 'CheckResources',
      what: 'there is no procedure "run-comand"',
      field: 'hooks.after.0.procedure',
    })
    expect(world.target.made).toEqual([])
  })
})

describe('the hook smoke', () => {
  const hooks = (...requests: PlainJson[]) => ({ hooks: { smoke: [{ procedure: 'smoke', input: { requests } }] } })

  it('asks each instance before it has traffic, and lets it have some', async () => {
    const asked: string[] = []
    const { world } = await worldWith([], async (url, { method }) => {
      asked.push(`${method} ${url}`)
      return new Response('all is well')
    })
    const done = await world.deployed({
      services: { web: { instances: 2 } },
      ...hooks({ path: '/up', contains: 'well' }, { path: '/orders', method: 'POST', body: '{}' }),
    })
    expect(done.status).toBe('succeeded')
    expect(asked.toSorted()).toEqual([
      `GET http://${done.id}/web/0/up`,
      `GET http://${done.id}/web/1/up`,
      `POST http://${done.id}/web/0/orders`,
      `POST http://${done.id}/web/1/orders`,
    ])
  })

  it.each<[string, () => Response, PlainJson, string]>([
    ['another status', () => new Response('boom', { status: 500 }), {}, 'status 500, expected 200 to 299 (boom)'],
    [
      'a status that is not the one',
      () => new Response(null, { status: 204 }),
      { status: 200 },
      'status 204, expected 200',
    ],
    ['another body', () => new Response('old'), { contains: 'new' }, 'the body does not hold "new": old'],
    [
      'another release',
      () => new Response('ok', { headers: { 'x-release-id': 'dep_0' } }),
      {},
      'another release answered: dep_0',
    ],
    [
      'nothing',
      () => {
        throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') })
      },
      {},
      'connect ECONNREFUSED 127.0.0.1:9',
    ],
  ])('that gets %s keeps the traffic where it was', async (_what, answer, request, told) => {
    const { world } = await worldWith([], async () => answer())
    const first = await world.deployed()
    const failed = await world.deployed({ services: { web: { instances: 1 } }, ...hooks(request) })
    expect(failed.diagnosis?.what).toContain(`SmokeFailed: web/0: GET /: ${told}`)
    expect(failed.evidence?.during.requests ?? 0).toBe(0)
    expect(world.target.weightOf('shop/web/production', first.id, 'web')).toBe(100)
  })

  it('does not wait for ever', async () => {
    const silent: Fetch = (_url, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      })
    const { world } = await worldWith([], silent)
    const failed = await world.deployed({ services: { web: { instances: 1 } }, ...hooks({ timeout: '2s' }) })
    expect(failed.diagnosis?.what).toContain('web/0: GET /: no answer within 2s')
  })

  it('fails when there is nobody to ask', async () => {
    const { world } = await worldWith()
    const input = { requests: [{}], services: ['mail'] }
    const failed = await world.deployed({ hooks: { smoke: [{ procedure: 'smoke', input }] } })
    expect(failed.diagnosis?.what).toContain('NoInstances')
  })
})
