/** The control plane dies at every boundary of a deployment: around each call to the target, around each commit. */
import { afterAll, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../audit/index.ts'
import { stopExecution } from '../../engine/index.ts'
import { Boundaries, chance } from '../boundaries.fake.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { rollBack } from '../deployment/rollback.ts'
import { openDeploymentAt, unfinishedDeployments } from '../deployment/rows.ts'
import type { Fault } from '../fake-target.fake.ts'
import { listLocks } from '../lock/list.ts'
import { admin, endWorlds, World } from '../world.ts'

const seeds = Number(process.env['DEPLOY_CRASH_SEEDS'] ?? 150)
/** A long run begins where the last one ended. */
const firstSeed = Number(process.env['DEPLOY_CRASH_FROM'] ?? 0)

describe('a control plane that dies at any boundary', () => {
  const boundaries = new Boundaries()
  let world: World

  afterAll(endWorlds)

  const behaviours = ['good', 'good', 'good', 'never', 'crash', 'fades', 'wrong-release'] as const
  const strategies: readonly PlainJson[] = [
    { kind: 'all-at-once', bake: { for: '1s' } },
    { kind: 'one-box', bake: { for: '1s' } },
    { kind: 'percentage', steps: [20, 60], bake: { for: '1s' } },
  ]

  it(
    `leaves the old release or the new one, whole and alone (${seeds} histories)`,
    { timeout: Math.max(600_000, seeds * 1000) },
    async () => {
      for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
        if ((seed - firstSeed) % 50 === 0) await anotherWorld()
        try {
          await history(seed)
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error })
        }
      }
    },
  )

  async function anotherWorld(): Promise<void> {
    boundaries.stop = undefined
    await endWorlds()
    world = await new World({ store: (store) => boundaries.wrap(store) }).begin()
  }

  async function history(seed: number): Promise<void> {
    const pick = chance(seed)
    const project = `shop/s${seed}`
    await world.advance(1000)
    const first = await world.deployed(release(project, 'good', strategies[0] ?? {}))
    expect(first.status).toBe('succeeded')
    const warmBefore = pick(2) === 0
    if (warmBefore) await world.deployed(release(project, 'good', strategies[0] ?? {}))

    await world.advance(1000)
    await begin(project, pick)
    for (let deaths = 1 + pick(3); deaths > 0; deaths--) await dieSomewhere(project, pick)
    await putInOrder(project)
    requireWhole(project)
  }

  const faults: readonly Fault[] = [{ kind: 'hang-before' }, { kind: 'hang-after' }, { kind: 'slow', ms: 3000 }]

  const release = (project: string, behaviour: string, strategy: PlainJson): Readonly<Record<string, PlainJson>> => ({
    project,
    timeout: '30s',
    strategy,
    services: {
      web: { instances: 2, bootMs: 100, behaviour },
      worker: { instances: 1, bootMs: 100, queueWorker: true },
    },
  })

  async function begin(project: string, pick: (below: number) => number): Promise<void> {
    arm(pick)
    const way = pick(9)
    if (way === 0) {
      void rollBack(world.deploys, admin, { project, config: 'production' }).catch(() => {})
    } else {
      const behaviour = behaviours[pick(behaviours.length)] ?? 'good'
      void world.deploy(release(project, behaviour, strategies[pick(strategies.length)] ?? {})).catch(() => {})
      await world.settle()
      if (way === 1) await haltSometime(project, pick)
      if (way > 5) await rollBackSometime(project, pick)
    }
    await world.settle()
  }

  async function haltSometime(project: string, pick: (below: number) => number): Promise<void> {
    await world.advance(pick(2500))
    const open = openDeploymentAt(world.store.read, { project, config: 'production' })
    if (open !== undefined) void haltDeployment(world.deploys, admin, { id: open.id }).catch(() => {})
  }

  /** While it boots, bakes or cleans up: stopping the former workers takes a second and a half. */
  async function rollBackSometime(project: string, pick: (below: number) => number): Promise<void> {
    if (pick(2) === 0) world.target.faults.set('stop', { kind: 'slow', ms: 1500 })
    await world.advance(pick(4500))
    void rollBack(world.deploys, admin, { project, config: 'production' }).catch(() => {})
    await world.settle()
  }

  function arm(pick: (below: number) => number): void {
    world.target.calls = 0
    world.target.faultsAt.clear()
    boundaries.writes = 0
    boundaries.stop = undefined
    if (pick(2) === 0) world.target.faultsAt.set(pick(14), faults[pick(faults.length)] ?? { kind: 'hang-before' })
    else boundaries.stop = { at: pick(60), when: pick(2) === 0 ? 'before' : 'after' }
  }

  async function dieSomewhere(project: string, pick: (below: number) => number): Promise<void> {
    await world.advance(pick(4000))
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
    world.target.faultsAt.clear()
    world.target.faults.clear()
    boundaries.stop = undefined
    await world.crash()
    for (let rounds = 0; rounds < 100; rounds++) {
      await world.tick()
      const isOpen = openDeploymentAt(world.store.read, { project, config: 'production' }) !== undefined
      if (!isOpen && unfinishedDeployments(world.store.read).length === 0) return
      await world.advance(2000)
    }
    throw new Error('a deployment does not come to its end')
  }

  function requireWhole(project: string): void {
    const { servingFleet, warmFleet } = world.pointer(project)
    const fleets = [servingFleet, warmFleet].filter((fleet) => fleet !== null)
    const own = world.rows<{ id: string }>('SELECT id FROM deployment WHERE project = ?', project).map(({ id }) => id)
    const standing = world.target.standing().filter((name) => own.some((id) => name.includes(id)))
    const expected = fleets.flatMap((fleet) => [
      `${fleet} web/0`,
      `${fleet} web/1`,
      ...(fleet === servingFleet ? [`${fleet} worker/0`] : []),
      `folder ${fleet}`,
    ])
    expect(standing).toEqual(expected.toSorted())
    for (const service of ['web', 'worker']) {
      expect(world.target.weightOf(`${project}/production`, servingFleet ?? '', service)).toBe(100)
    }
    expect(listLocks(world.deploys, admin)).toEqual([])
  }
})
