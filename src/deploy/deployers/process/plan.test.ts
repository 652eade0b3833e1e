/** What the plan prints is what the hosts are told, for generated releases. */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { canonicalJson, type PlainJson } from '../../../audit/index.ts'
import { type PlannedCall, resolveSymbols } from '../../deployer.ts'
import { deployRelease } from '../../deployment/deploy.ts'
import { planDeployment } from '../../deployment/plan.ts'
import { intentsOfFleet } from '../../intent/rows.ts'
import { outcomesOf } from '../../intent/standing.ts'
import { actsOf, type Plan } from '../../plan/plan.ts'
import { admin, endWorlds } from '../../world.ts'
import type { Told } from './hosts.fake.ts'
import { type Document, ProcessWorld } from './world.fake.ts'

const strategies: fc.Arbitrary<PlainJson> = fc.oneof(
  fc.constant({ kind: 'all-at-once', bake: { for: '0s' } }),
  fc.constant({ kind: 'one-box', bake: { for: '0s' } }),
  fc.integer({ min: 30, max: 60 }).map((by) => ({ kind: 'linear', by, bake: { for: '0s' } })),
  fc
    .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 2 })
    .map((steps) => ({ kind: 'percentage', steps: steps.toSorted((a, b) => a - b), bake: { for: '0s' } })),
)

/** Services whose addresses meet now and then, from one release to the next. */
const services = fc
  .uniqueArray(
    fc.record(
      {
        name: fc.constantFrom('web', 'api', 'site', 'mail'),
        kind: fc.constantFrom('routed', 'routed', 'plain', 'worker'),
        host: fc.constantFrom('a.example.com', 'b.example.com', '*.example.com'),
        path: fc.constantFrom('/', '/api'),
        instances: fc.integer({ min: 1, max: 3 }),
        strategy: fc.option(strategies, { nil: undefined }),
        health: fc.constantFrom(undefined, '/up', '/health'),
      },
      { requiredKeys: ['name', 'kind', 'host', 'path', 'instances'] },
    ),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  )
  .filter((all) => {
    const addresses = all.flatMap(({ kind, host, path }) => (kind === 'routed' ? [`${host}${path}`] : []))
    return new Set(addresses).size === addresses.length
  })
  .map((all): Document => Object.fromEntries(all.map(({ name, ...parts }) => [name, serviceOf(parts)])))

type Parts = {
  readonly kind: string
  readonly host: string
  readonly path: string
  readonly instances: number
  readonly strategy?: PlainJson | undefined
  readonly health?: string | undefined
}

function serviceOf({ kind, host, path, instances, strategy, health }: Parts): Document {
  return {
    command: 'good',
    instances,
    ...(kind === 'routed' ? { route: { hosts: [host], path } } : {}),
    ...(kind === 'routed' && health !== undefined ? { health: { kind: 'http', path: health } } : {}),
    ...(kind === 'worker' ? { queueWorker: true } : {}),
    ...(strategy === undefined ? {} : { strategy }),
  }
}

const runs = 200

describe('what is planned', () => {
  afterAll(endWorlds)

  it(`is what the hosts are told, for ${runs} generated releases`, { timeout: 600_000 }, async () => {
    const world = new ProcessWorld()
    for (const name of ['host-a', 'host-b', 'host-c']) world.hosts.add(name, { zone: name === 'host-c' ? 'z' : 'y' })
    await world.begin()
    const generated = fc.sample(fc.record({ services, strategy: strategies }), { numRuns: runs, seed: 7 })
    for (const [i, release] of generated.entries()) {
      try {
        await requireAsPlanned(world, release, i)
      } catch (error) {
        throw new Error(`release ${i}: ${JSON.stringify(release)}`, { cause: error })
      }
    }
    expect(world.hosts.violations).toEqual([])
  })
})

async function requireAsPlanned(world: ProcessWorld, release: Document, i: number): Promise<void> {
  await world.advance(1000)
  // Addresses belong to one place each, so each place has hosts of its own.
  const own = JSON.parse(JSON.stringify(release).replaceAll('example.com', `p${i % 20}.example.com`)) as Document
  const signed = world.sign({ ...own, project: `shop/p${i % 20}` })
  const asked = planDeployment(world.deploys, admin, signed, new AbortController().signal)
  const { plan, hash, problems } = await world.answer(asked)
  expect(problems).toEqual([])
  world.hosts.told.splice(0)
  const { id } = await deployRelease(world.deploys, admin, { ...signed, planHash: hash })
  expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded', diagnosis: undefined })
  expect(world.hosts.told.map(shownTold).filter(isPlannedOne).toSorted()).toEqual(
    plannedFor(world, plan, id).toSorted(),
  )
}

/** A fleet leaves the routes as they are then, which no plan can know: that it has left is looked at for itself. */
const isPlannedOne = (shown: string): boolean => !shown.includes('/leave/')

function plannedFor(world: ProcessWorld, plan: Plan, deployment: string): string[] {
  const read = world.store.read
  return actsOf(plan).flatMap((act) => {
    const isUndo = act.kind === 'undo'
    const fleet = isUndo ? act.fleet : deployment
    const sql = 'SELECT planned FROM deploy_intent WHERE deployment = ? AND call_id = ?'
    const [row] = isUndo ? world.rows<{ planned: string }>(sql, act.of.deployment, act.of.call) : []
    const call = isUndo ? (JSON.parse(row?.planned ?? '{}') as { call: PlannedCall }).call : act.call
    // What has been taken down since is read out of the log as it was answered then.
    const all = intentsOfFleet(read, fleet).map((intent) => ({ ...intent, status: 'done' as const }))
    const parameters = resolveSymbols(call.parameters, outcomesOf(all))
    return isUndo ? undoneAs(call.call, parameters, fleet) : doneAs(world, call.call, parameters, fleet)
  })
}

type Members = Readonly<Record<string, PlainJson>>
const members = (value: PlainJson | undefined): Members => value as Members

function doneAs(world: ProcessWorld, call: string, parameters: PlainJson | undefined, fleet: string): string[] {
  const { host, service, index, order, edges, routes, copy } = members(parameters)
  switch (call) {
    case 'prepare':
      return [`${host} prepareArtifact ${fleet} ${shown(order)}`]
    case 'start':
      return [`${host} startInstance ${fleet}-${service}-${index} in ${copy} ${shown(order)}`]
    default:
      return (edges as string[]).map((edge) => `${edge} setRoutes ${shownRoutes(world, edge, routes, fleet)}`)
  }
}

function undoneAs(call: string, parameters: PlainJson | undefined, fleet: string): string[] {
  const { host, service, index } = members(parameters)
  if (call === 'prepare') return [`${host} removeCopy ${fleet}`]
  return call === 'start' ? [`${host} stopInstance ${fleet}-${service}-${index}`] : []
}

/** The same text for the same value. */
const shown = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)) as PlainJson)

/** As the edge of this host is told them. */
function shownRoutes(world: ProcessWorld, edge: string, routes: PlainJson | undefined, fleet: string): string {
  const named = JSON.parse(JSON.stringify(routes).replaceAll('"release":"new"', `"release":"${fleet}"`)) as Members[]
  for (const { targets } of named) {
    for (const { address } of targets as unknown as { address: { host: string } }[]) {
      const host = world.hosts.list().find(({ name }) => name === address.host)
      address.host = address.host === edge ? '127.0.0.1' : (host?.address ?? '')
    }
  }
  return shown(named)
}

function shownTold({ host, command }: Told): string {
  switch (command.kind) {
    case 'prepareArtifact': {
      const { kind, key: _, fence: __, project: ___, config: ____, release, ...order } = command
      return `${host} ${kind} ${release} ${shown(order)}`
    }
    case 'startInstance': {
      const { command: line, folder, environment, secrets, dataFolder, limits, port, health, restart, stop } = command
      const order = { command: line, folder, environment, secrets, dataFolder, limits, port, health, restart, stop }
      return `${host} startInstance ${command.instance} in ${command.workingCopy} ${shown(order)}`
    }
    case 'stopInstance':
      return `${host} stopInstance ${command.instance}`
    case 'removeCopy':
      return `${host} removeCopy ${command.of?.release}`
    case 'setRoutes': {
      // The place is added to each, on the way.
      const routes = command.routes.map((route) => ({ ...route, project: undefined, config: undefined }))
      return `${host} setRoutes ${command.key.includes('/leave/') ? '/leave/' : shown(routes)}`
    }
    default:
      return command.kind
  }
}
