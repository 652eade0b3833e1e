import { afterEach, expect, it } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { stopExecution } from '../engine/index.ts'
import { janitorTick, startJanitor } from './janitor.ts'
import { admin, endWorlds, World } from './world.ts'

afterEach(endWorlds)

it('looks after everything by itself, again and again, until it is stopped', async () => {
  const world = await new World().begin()
  const stop = startJanitor(world.deploys)
  const first = await world.deployed()
  await world.advance(1000)
  const { id, executionArn } = await world.deploy()
  await world.until(() => world.deployment(id).state === 'Watch')
  await stopExecution(world.engine, admin, { executionArn })
  expect(await world.untilEnded(id)).toMatchObject({ status: 'failed', run: 2 })

  await world.deployed()
  await world.advance(20 * 60_000)
  expect(world.target.healthOf(first.id)).toEqual([])
  await stop()
  expect(world.clock.nextAlarm()).toBeUndefined()
})

it('looks only when it is its turn, where several processes could', async () => {
  const world = await new World().begin()
  let mine = false
  const stop = startJanitor(world.deploys, { mayLook: () => Promise.resolve(mine) })
  const first = await world.deployed()
  await world.deployed()
  await world.advance(20 * 60_000)
  expect(world.target.healthOf(first.id)).not.toEqual([])
  mine = true
  await world.advance(10_000)
  expect(world.target.healthOf(first.id)).toEqual([])
  await stop()
})

it('goes on with the others when one cannot be helped now, and tries that one again', async () => {
  const world = await new World().begin()
  const first = await world.deployed({ project: 'shop/a' })
  const second = await world.deployed({ project: 'shop/b' })
  await world.deployed({ project: 'shop/a' })
  await world.deployed({ project: 'shop/b' })
  await world.advance(20 * 60_000)
  world.target.faults.set('stop', { kind: 'fail', failure: new Error('unreachable') as never, times: 1 })
  await world.tick()
  const left = (): number => [first, second].filter(({ id }) => world.target.healthOf(id).length > 0).length
  expect(left()).toBe(1)
  await world.tick()
  expect(left()).toBe(0)
})

it('has nothing to complain of when a deployment ends just while it looks', async () => {
  const warnings: string[] = []
  const world = await new World({
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
  }).begin()
  const { id } = await world.deploy()
  const looks: Promise<void>[] = []
  for (let turn = 1; world.deployment(id).endedAt === null; turn++) {
    looks.push(janitorTick(world.deploys, new AbortController().signal))
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (turn % 20 === 0) world.clock.advanceTo(world.clock.nextAlarm() ?? world.clock.now())
  }
  await Promise.all(looks)
  expect(warnings).toEqual([])
})
