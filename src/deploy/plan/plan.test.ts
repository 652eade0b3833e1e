import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../audit/index.ts'
import { type PlannedCall, resolveSymbols, showSymbols, outcomeOf } from '../deployer.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { planDeployment } from '../deployment/plan.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { describePlan } from './describe.ts'
import { diffPlans } from './diff.ts'
import { actsOf, type Plan } from './plan.ts'

const never = new AbortController().signal

describe('a plan', () => {
  afterEach(endWorlds)

  it('tells everything that will be done, before anything is', async () => {
    const world = await new World().begin()
    const services = { web: { instances: 2, memoryMiB: 128 }, mail: { queueWorker: true } }
    await world.deployed({ services })
    await world.deployed({ services })
    const made = world.target.made.length
    await world.advance(1000)
    const strategy = { kind: 'one-box', bake: { for: '5m', requests: 100 } }
    const signed = world.sign({ services, strategy, rollback: { forwardOnly: 'new column' } })
    const { plan, hash, problems } = await planDeployment(world.deploys, admin, signed, never)
    expect(world.target.made).toHaveLength(made)
    expect(problems).toEqual([])
    expect(describePlan(plan, hash).replaceAll(/dep_\w+|[0-9a-f]{64}|\d{8}T\w+-\w+/g, '…')).toBe(
      [
        'deploy … to shop/web production on fake',
        'plan …',
        '! never rolled back by itself once it has begun to change things: new column',
        '! mail takes work from a queue: its former version is stopped, not kept warm',
        '',
        '  Prepare',
        '    + fetch the artifact    undo: delete the working copy',
        '  Start 1 of 2',
        '    + start mail/0    undo: stop mail/0',
        '    + start web/0    undo: stop web/0',
        '  Shift 1 of 2',
        '    ~ give the new version mail=10,web=10 percent    undo: give it what it had before',
        '    watch it for 5m and 100 requests',
        '  Start 2 of 2',
        '    + start web/1    undo: stop web/1',
        '  Switch',
        '    ~ give the new version mail=100,web=100 percent    undo: give it what it had before',
        '    watch it for 5m and 100 requests',
        '  KeepWarm',
        '    - stop mail/0',
        '    - stop web/0 (of the version that stood warm)',
        '    - stop web/1 (of the version that stood warm)',
        '    - delete the working copy (of the version that stood warm)',
        '  Later, 25m after the switch',
        '    - stop web/0',
        '    - stop web/1',
        '    - delete the working copy',
        '',
        '10 calls; creates 1 folder, 3 instance; deletes 5 instance, 2 folder',
        'at its peak 320 MiB and 3 ports more than now',
      ].join('\n'),
    )
  })

  it('is bound to its hash: the same again while nothing changes, another when something does', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const signed = world.sign()
    const first = await planDeployment(world.deploys, admin, signed, never)
    expect((await planDeployment(world.deploys, admin, signed, never)).hash).toBe(first.hash)
    const { id } = await deployRelease(world.deploys, admin, { ...signed, planHash: first.hash })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded', planHash: first.hash, plan: first.plan })
  })

  it('is refused when what serves has changed since it was made', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const signed = world.sign({ createdAt: new Date(world.clock.now() + 60_000).toISOString() })
    const { hash } = await planDeployment(world.deploys, admin, signed, never)
    await world.deployed()
    const { id } = await deployRelease(world.deploys, admin, { ...signed, planHash: hash })
    const failed = await world.untilEnded(id)
    expect(failed.diagnosis).toMatchObject({ class: 'consistency', state: 'CheckResources' })
    expect(failed.diagnosis?.command).toContain('holdfast deploy FILE --plan')
  })

  it('tells what the target would refuse', async () => {
    const world = await new World().begin()
    world.target.survey = { room: 10 }
    const { problems } = await planDeployment(world.deploys, admin, { release: world.document() }, never)
    expect(problems).toEqual([expect.objectContaining({ class: 'capacity' })])
    await expect(planDeployment(world.deploys, nobody, { release: world.document() }, never)).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('is compared with another call by call', async () => {
    const world = await new World().begin()
    const of = async (document: Readonly<Record<string, PlainJson>>): Promise<Plan> =>
      (await planDeployment(world.deploys, admin, { release: world.document(document) }, never)).plan
    const small = await of({ services: { web: { instances: 1 } } })
    const large = await of({ services: { web: { instances: 2, memoryMiB: 128 } } })
    const { added, removed, changed, reordered, around } = diffPlans(small, large)
    expect([added, removed, reordered]).toEqual([['start web/1'], [], false])
    expect(changed).toEqual([
      { call: 'start/web/0', change: [expect.anything(), expect.objectContaining({ op: 'replace' })] },
    ])
    expect(around.map(({ path }) => path)).toContain('/needs/memoryBytes')
    expect(diffPlans(small, small)).toEqual({ added: [], removed: [], changed: [], reordered: false, around: [] })
    expect(diffPlans(large, small).removed).toEqual(['start web/1'])
  })
})

describe('symbols', () => {
  const outcomes = new Map<string, PlainJson>([['a', { port: 7, list: [1] }]])

  it('stand for what a call will answer', () => {
    const parameters = { x: [outcomeOf('a', 'port')], y: { z: outcomeOf('a', 'list') }, w: null }
    expect(resolveSymbols(parameters, outcomes)).toEqual({ x: [7], y: { z: [1] }, w: null })
    expect(showSymbols(parameters)).toEqual({ x: ['⟨port of a⟩'], y: { z: '⟨list of a⟩' }, w: null })
  })

  it.each([
    [outcomeOf('b', 'port')],
    [outcomeOf('a', 'none')],
    [outcomeOf('a', 'constructor')],
    [[outcomeOf('b', 'port')]],
    [{ deep: { er: outcomeOf('b', 'port') } }],
  ])('that nobody has answered leave the parameters unknown: %j', (parameters) => {
    expect(resolveSymbols(parameters, outcomes)).toBeUndefined()
  })
})

describe('what is planned', () => {
  afterAll(endWorlds)

  const strategies: fc.Arbitrary<PlainJson> = fc.oneof(
    fc.constant({ kind: 'all-at-once', bake: { for: '1s' } }),
    fc.constant({ kind: 'one-box', bake: { for: '1s' } }),
    fc.integer({ min: 20, max: 60 }).map((by) => ({ kind: 'linear', by, bake: { for: '1s' } })),
    fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 })
      .map((steps) => ({ kind: 'percentage', steps: steps.toSorted((a, b) => a - b), bake: { for: '1s' } })),
  )
  const releases = fc.record({
    strategy: strategies,
    services: fc.dictionary(
      fc.constantFrom('web', 'api', 'mail', 'cron'),
      fc.record(
        { instances: fc.integer({ min: 1, max: 5 }), queueWorker: fc.boolean(), strategy: strategies },
        { requiredKeys: ['instances'] },
      ),
      { minKeys: 1 },
    ),
  })

  it('is what is done, call by call, for 200 generated releases', { timeout: 180_000 }, async () => {
    const world = await new World().begin()
    const generated = fc.sample(releases, { numRuns: 200, seed: 42 })
    for (const [i, release] of generated.entries()) {
      await world.advance(1000)
      const document: Readonly<Record<string, PlainJson>> = { ...release, project: `shop/p${i % 40}` }
      const signed = world.sign(document)
      const { plan, hash } = await planDeployment(world.deploys, admin, signed, never)
      world.target.made.splice(0)
      const { id } = await deployRelease(world.deploys, admin, { ...signed, planHash: hash })
      expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
      expect(namesOf(world.target.made)).toEqual(plannedNames(world, plan))
      expect(stagesOf(world, id)).toEqual(plannedStages(plan))
    }
  })

  const plannedStages = (plan: Plan): string[] =>
    plan.stages.flatMap(({ state, step, waves }) =>
      waves.flatMap((wave) => wave.map(() => (step === undefined ? state : `${state}/${step}`))),
    )

  const stagesOf = (world: World, id: string): string[] =>
    world
      .rows<{ stage: string }>('SELECT stage FROM deploy_intent WHERE deployment = ? ORDER BY position', id)
      .map(({ stage }) => stage)

  /** Calls of one wave are made at the same time: they are compared as a set by sorting within kind and order. */
  const namesOf = (made: World['target']['made']): string[] =>
    made.map(({ call, parameters, undo }) => `${undo ? 'undo ' : ''}${call} ${JSON.stringify(parameters)}`).toSorted()

  function plannedNames(world: World, plan: Plan): string[] {
    return actsOf(plan)
      .map((act) => {
        if (act.kind === 'do') return `${act.call.call} ${shownAs(act.call, plan, world, 'new')}`
        const sql = 'SELECT planned FROM deploy_intent WHERE deployment = ? AND call_id = ?'
        const [row] = world.rows<{ planned: string }>(sql, act.of.deployment, act.of.call)
        const { call } = JSON.parse(row?.planned ?? '{}') as { call: PlannedCall }
        return `undo ${call.call} ${shownAs(call, plan, world, act.fleet)}`
      })
      .toSorted()
  }

  /** The one run-time value of the fake target is the folder of the fleet. */
  function shownAs(call: PlannedCall, plan: Plan, world: World, fleet: string): string {
    const sql = 'SELECT fleet FROM deployment WHERE release_id = ?'
    const [row] = world.rows<{ fleet: string }>(sql, plan.releaseId)
    const own = fleet === 'new' ? (row?.fleet ?? '') : fleet
    return JSON.stringify(resolveSymbols(call.parameters, new Map([['prepare/fetch', { folder: `folder ${own}` }]])))
  }
})
