import { afterEach, beforeEach, expect, it } from 'vitest'
import { type News, TrailNews } from './index.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
let news: TrailNews
let told: News[]
beforeEach(() => {
  world = openTrailWorld()
  news = new TrailNews({ store: world.store, trail: world.trail, clock: world.clock })
  told = []
})
afterEach(() => world.end())

const through = (): readonly number[] => told.map((one) => one.through)

it('tells what was acted on at once, each thing once, and nothing to who has left', async () => {
  await world.append(2)
  await world.trail.seal()
  const leave = news.listen((one) => told.push(one))
  await world.append(1, { subject: { type: 'deployment', id: 'dep_1' }, action: 'deploy.start' })
  await world.append(1, { subject: { type: 'deployment', id: 'dep_1' }, action: 'deploy.call' })
  await world.trail.seal()
  expect(told).toEqual([
    {
      through: 4,
      all: false,
      actions: ['deploy.start', 'deploy.call'],
      subjects: [{ type: 'deployment', id: 'dep_1' }],
    },
  ])
  leave()
  await world.append(1)
  await world.trail.seal()
  world.clock.advanceBy(10_000)
  expect(told).toHaveLength(1)
  expect(world.clock.nextAlarm()).toBeUndefined()
})

it('tells together what follows within a quarter of a second', async () => {
  const leave = news.listen((one) => told.push(one))
  for (let n = 0; n < 25; n++) {
    await world.append(1)
    await world.trail.seal()
    world.clock.advanceBy(10)
  }
  expect(through()).toEqual([1, 25])
  leave()
})

it('says to read anew when there is more than anybody could follow', async () => {
  const leave = news.listen((one) => told.push(one))
  await world.append(400)
  await world.trail.seal()
  expect(told).toEqual([{ through: 400, all: true, actions: ['execution.start'], subjects: [] }])
  leave()
})

it('finds within a quarter of a second what another process has sealed', async () => {
  const deaf = { onSealed: () => () => {} }
  const quiet = new TrailNews({ store: world.store, trail: deaf, clock: world.clock })
  const leave = quiet.listen((one) => told.push(one))
  await world.append(1)
  await world.trail.seal()
  expect(told).toEqual([])
  world.clock.advanceBy(250)
  expect(through()).toEqual([1])
  leave()
  expect(world.clock.nextAlarm()).toBeUndefined()
})
