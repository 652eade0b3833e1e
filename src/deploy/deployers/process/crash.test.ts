/** The control plane dies around every command to the hosts and around every commit, with the deployer of processes. */
import { afterAll, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../../audit/index.ts'
import { VirtualClock } from '../../../base/index.ts'
import { stopExecution } from '../../../engine/index.ts'
import { Boundaries, chance } from '../../boundaries.fake.ts'
import { haltDeployment } from '../../deployment/halt.ts'
import { rollBack } from '../../deployment/rollback.ts'
import { openDeploymentAt } from '../../deployment/rows.ts'
import { listLocks } from '../../lock/list.ts'
import { admin, endWorlds } from '../../world.ts'
import { type Fault, FakeHosts } from './hosts.fake.ts'
import { type Document, ProcessWorld } from './world.fake.ts'

const seeds = Number(process.env['DEPLOY_CRASH_SEEDS'] ?? 40)
const first = Number(process.env['DEPLOY_CRASH_FIRST'] ?? 0)

describe('a control plane that dies at any boundary, with real hosts to put in order', () => {
  const boundaries = new Boundaries()
  let world: ProcessWorld

  afterAll(endWorlds)

  const behaviours = ['good', 'good', 'good', 'never', 'crash', 'fades', 'wrong-release'] as const
  const strategies: readonly PlainJson[] = [
    { kind: 'all-at-once', bake: { for: '1s' } },
    { kind: 'one-box', bake: { for: '1s' } },
    { kind: 'percentage', steps: [20, 60], bake: { for: '1s' } },
  ]

  it(`leaves the old release or the new one, whole and alone (${seeds} histories)`, { timeout: 900_000 }, async () => {
    for (let seed = first; seed < first + seeds; seed++) {
      if (seed === first || seed % 20 === 0) await anotherWorld()
      try {
        await history(seed)
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error })
      }
    }
  })

  async function anotherWorld(): Promise<void> {
    boundaries.stop = undefined
    await endWorlds()
    const hosts = new FakeHosts(new VirtualClock())
    for (const name of ['host-a', 'host-b']) hosts.add(name, { zone: name })
    world = new ProcessWorld(hosts, { store: (store) => boundaries.wrap(store) })
    await world.begin()
  }

  async function history(seed: number): Promise<void> {
    const pick = chance(seed)
    const project = `shop/s${seed}`
    const good = release(project, 'good', strategies[0] ?? {})
    expect((await world.deployed(good)).status).toBe('succeeded')
    if (pick(2) === 0) await world.deployed(good)
    await world.advance(1000)
    await begin(project, pick)
    for (let deaths = 1 + pick(3); deaths > 0; deaths--) await dieSomewhere(project, pick)
    await putInOrder(project)
    requireWhole(project)
  }

  const faults: readonly Fault[] = [{ kind: 'hang-before' }, { kind: 'hang-after' }, { kind: 'slow', ms: 3000 }]

  const release = (project: string, behaviour: string, strategy: PlainJson): Document => ({
    project,
    timeout: '40s',
    strategy,
    services: {
      web: { command: behaviour, instances: 2, route: { hosts: [`${project.replace('/', '-')}.example.com`] } },
      mail: { command: 'good', queueWorker: true, health: { kind: 'staying-up', for: '1s' } },
    },
  })

  async function begin(project: string, pick: (below: number) => number): Promise<void> {
    arm(pick)
    const way = pick(8)
    if (way === 0) {
      void rollBack(world.deploys, admin, { project, config: 'production' }).catch(() => {})
      await world.advance(300)
    } else {
      const behaviour = behaviours[pick(behaviours.length)] ?? 'good'
      void world.deploy(release(project, behaviour, strategies[pick(strategies.length)] ?? {})).catch(() => {})
      await world.settle()
      if (way === 1) await haltSometime(project, pick)
    }
    await world.settle()
  }

  async function haltSometime(project: string, pick: (below: number) => number): Promise<void> {
    await world.advance(pick(2500))
    const open = openDeploymentAt(world.store.read, { project, config: 'production' })
    if (open !== undefined) void haltDeployment(world.deploys, admin, { id: open.id }).catch(() => {})
  }

  function arm(pick: (below: number) => number): void {
    world.hosts.calls = 0
    world.hosts.faultsAt.clear()
    boundaries.writes = 0
    boundaries.stop = undefined
    if (pick(2) === 0) world.hosts.faultsAt.set(pick(20), faults[pick(faults.length)] ?? { kind: 'hang-before' })
    else boundaries.stop = { at: pick(60), when: pick(2) === 0 ? 'before' : 'after' }
  }

  async function dieSomewhere(project: string, pick: (below: number) => number): Promise<void> {
    await world.advance(pick(5000))
    if (pick(3) === 0) await loseExecution(project)
    if (pick(4) > 0) await world.crash()
    arm(pick)
    if (pick(2) === 0) await world.tick().catch(() => {})
  }

  /** Somebody stops the execution in the console, or the engine gives it up. */
  async function loseExecution(project: string): Promise<void> {
    const open = openDeploymentAt(world.store.read, { project, config: 'production' })
    if (open === undefined || open.executionArn === null) return
    void stopExecution(world.engine, admin, { executionArn: open.executionArn }).catch(() => {})
    await world.settle()
  }

  /** Nobody dies any more: everything comes to its end. */
  async function putInOrder(project: string): Promise<void> {
    world.hosts.faultsAt.clear()
    boundaries.stop = undefined
    await world.crash()
    for (let rounds = 0; rounds < 100; rounds++) {
      await world.tick()
      if (openDeploymentAt(world.store.read, { project, config: 'production' }) === undefined) return
      await world.advance(2000)
    }
    throw new Error('a deployment does not come to its end')
  }

  function requireWhole(project: string): void {
    const { servingFleet, warmFleet } = world.pointer(project)
    const fleets = [servingFleet, warmFleet].filter((fleet) => fleet !== null)
    const own = world.rows<{ id: string }>('SELECT id FROM deployment WHERE project = ?', project).map(({ id }) => id)
    const standing = world.hosts.standing().filter((name) => own.some((id) => name.startsWith(id)))
    const mail = [`${servingFleet}-mail-0`]
    const rest = fleets.flatMap((fleet) => [
      ...[`${fleet}-web-0`, `${fleet}-web-1`],
      ...[`${fleet} files on host-a`, `${fleet} files on host-b`],
    ])
    expect(standing).toEqual([...rest, ...mail].toSorted())
    for (const host of ['host-a', 'host-b']) requireServed(host, project, servingFleet ?? '', fleets)
    expect(listLocks(world.deploys, admin)).toEqual([])
    expect(world.hosts.violations).toEqual([])
  }

  /** All of the traffic is with the one that serves, and nobody is named who is not there. */
  function requireServed(host: string, project: string, serving: string, fleets: readonly string[]): void {
    const routes = world.hosts.routes(host, `${project}/production`)
    expect(routes).toHaveLength(1)
    for (const { weights, targets, maintenance } of routes) {
      expect(maintenance).toBeUndefined()
      expect(weights.filter(({ weight }) => weight > 0)).toEqual([{ release: serving, weight: 100 }])
      expect(targets.filter(({ release }) => release === serving)).toHaveLength(2)
      expect(targets.filter(({ release }) => !fleets.includes(release))).toEqual([])
    }
  }
})
