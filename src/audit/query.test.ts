import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TrailQuery } from './query.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
beforeEach(async () => {
  world = openTrailWorld()
  await world.append(3)
  world.clock.advanceBy(1000)
  await world.append(2, {
    actor: { type: 'machine', id: 'deployer', via: 'timer' },
    cause: { type: 'change', id: 'chg_1' },
    action: 'execution.close',
    execution: 'arn:e',
    drill: 'drl_1',
  })
  await world.trail.seal()
})
afterEach(() => world.end())

const seqs = (query: TrailQuery): number[] => world.trail.query(query).items.map(({ seq }) => seq)

describe('looking up the trail', () => {
  it('lists the newest first', () => {
    expect(seqs({})).toEqual([5, 4, 3, 2, 1])
  })

  it('filters by who, what, on what, where and when', () => {
    const since = world.clock.now()
    expect(seqs({ actor: { id: 'ada' } })).toEqual([3, 2, 1])
    expect(seqs({ actor: { type: 'machine', id: 'ada' } })).toEqual([])
    expect(seqs({ action: 'execution.close' })).toEqual([5, 4])
    expect(seqs({ subject: { type: 'execution', id: 'subject-2' } })).toEqual([2])
    expect(seqs({ execution: 'arn:e', drill: 'drl_1', actor: undefined })).toEqual([5, 4])
    expect(seqs({ since })).toEqual([5, 4])
    expect(seqs({ until: since, actor: { id: 'ada' } })).toEqual([3, 2, 1])
  })

  it('finds text in actions, ids and changes, and people by any of their ids', async () => {
    await world.append(1, { change: { name: 'Release Bot 100%' } })
    await world.trail.seal()
    expect(seqs({ text: 'release bot 100%' })).toEqual([6])
    expect(seqs({ text: '100_' })).toEqual([])
    expect(seqs({ text: 'CLOSE' })).toEqual([5, 4])
    expect(seqs({ text: 'subject-', limit: 2 })).toEqual([6, 5])
    expect(seqs({ actors: ['eve', 'deployer'] })).toEqual([5, 4])
    expect(seqs({ actors: ['eve'] })).toEqual([])
  })

  it('turns pages without repeating or leaving out, also while records are added', async () => {
    const first = world.trail.query({ limit: 2 })
    await world.append(2)
    await world.trail.seal()
    const second = world.trail.query({ limit: 2, cursor: first.cursor })
    const third = world.trail.query({ limit: 2, cursor: second.cursor })
    expect([first, second, third].map(({ items }) => items.map(({ seq }) => seq))).toEqual([[5, 4], [3, 2], [1]])
    expect(third.cursor).toBeUndefined()
  })

  it('gives each record its place in the chain, also behind a cut', async () => {
    const records = await world.all()
    expect(
      world.trail
        .query({})
        .items.toReversed()
        .map(({ prevHash }) => prevHash),
    ).toEqual(records.map(({ prevHash }) => prevHash))
    world.clock.advanceBy(401 * 86_400_000)
    await world.trail.prune()
    await world.trail.seal()
    expect(world.trail.query({}).items).toMatchObject([{ seq: 6, prevHash: records[4]?.hash }])
  })

  it('keeps the page between 1 and 1000 records', () => {
    expect(seqs({ limit: 0 })).toEqual([5])
    expect(seqs({ limit: 1e9 })).toHaveLength(5)
  })

  it('refuses a cursor that it did not give', () => {
    for (const cursor of ['', '5', 't', 't5x', "t5' OR 1=1", 't99999999999999999999']) {
      expect(() => world.trail.query({ cursor })).toThrow('is not a cursor of this list')
    }
  })
})
