import { afterEach, beforeEach, expect, it } from 'vitest'
import { type News, TrailNews } from './index.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
let news: TrailNews
beforeEach(() => {
  world = openTrailWorld()
  news = new TrailNews({ store: world.store, clock: world.clock })
})
afterEach(() => world.end())

it('tells what was acted on, each thing once, within a quarter of a second', async () => {
  await world.append(2)
  await world.trail.seal()
  const told: News[] = []
  const leave = news.listen((one) => told.push(one))
  await world.append(1, { subject: { type: 'deployment', id: 'dep_1' }, action: 'deploy.start' })
  await world.append(1, { subject: { type: 'deployment', id: 'dep_1' }, action: 'deploy.call' })
  await world.trail.seal()
  expect(told).toEqual([])
  world.clock.advanceBy(250)
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

it('says to read anew when there is more than anybody could follow', async () => {
  const told: News[] = []
  const leave = news.listen((one) => told.push(one))
  await world.append(400)
  await world.trail.seal()
  world.clock.advanceBy(250)
  expect(told).toEqual([{ through: 400, all: true, actions: ['execution.start'], subjects: [] }])
  leave()
})

it('finds what another process has sealed', async () => {
  const told: News[] = []
  const quiet = new TrailNews({ store: { read: world.store.read, onCommit: () => () => {} }, clock: world.clock })
  const leave = quiet.listen((one) => told.push(one))
  await world.append(1)
  await world.trail.seal()
  world.clock.advanceBy(1000)
  expect(told.map(({ through }) => through)).toEqual([1])
  leave()
})
