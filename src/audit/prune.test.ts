import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

const dayMs = 86_400_000

let world: TrailWorld
beforeEach(() => {
  world = openTrailWorld({ keptForMs: 30 * dayMs })
})
afterEach(() => world.end())

/** Ten records now, ten more after 20 days; it is then the 31st day. */
async function age(): Promise<void> {
  await world.append(10)
  await world.trail.seal()
  await world.trail.signHead()
  world.clock.advanceBy(20 * dayMs)
  await world.append(10)
  await world.trail.seal()
  await world.trail.signHead()
  world.clock.advanceBy(11 * dayMs)
}

const seqs = async (): Promise<number[]> => (await world.all()).map(({ seq }) => seq)

describe('pruning', () => {
  it('removes what is past its time and leaves a chain that proves itself', async () => {
    await age()
    const sealed = await world.all()
    expect(await world.trail.prune()).toBe(10)
    expect(await world.trail.prune()).toBe(0)
    await world.trail.seal()
    expect(await world.trail.verify()).toMatchObject({
      ok: true,
      prunedThrough: 10,
      checkedRecords: 11,
      signedThrough: 20,
    })
    expect((await world.all()).slice(0, 10)).toEqual(sealed.slice(10))
  })

  it('records that it pruned', async () => {
    await age()
    await world.trail.prune()
    await world.trail.seal()
    expect((await world.all()).at(-1)).toMatchObject({
      action: 'trail.prune',
      actor: { type: 'system', id: 'retention', via: 'timer' },
      change: { removed: 10, through: 10, keptForMs: 30 * dayMs },
    })
  })

  it('goes on numbering when everything was pruned', async () => {
    await age()
    world.clock.advanceBy(100 * dayMs)
    expect(await world.trail.prune()).toBe(20)
    await world.trail.seal()
    expect(await seqs()).toEqual([21])
    await world.trail.signHead()
    expect(await world.trail.verify()).toMatchObject({ ok: true, prunedThrough: 20, signedThrough: 21 })
  })

  it('stops in front of a young record that stands before old ones', async () => {
    await world.append(3)
    await world.append(1, { at: world.clock.now() + 25 * dayMs })
    await world.append(3)
    await world.trail.seal()
    world.clock.advanceBy(31 * dayMs)
    expect(await world.trail.prune()).toBe(3)
    expect(await seqs()).toEqual([4, 5, 6, 7])
  })

  it('waits for the slowest follower', async () => {
    await world.trail.follow('slow', () => {}, 'first')
    await age()
    expect(await world.trail.prune()).toBe(0)
    world.clock.advanceBy(3_600_000)
    await world.trail.tick()
    expect(await seqs()).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
  })

  it('cannot be claimed by someone without the key', async () => {
    await age()
    await world.trail.prune()
    await world.tamper(
      "UPDATE trail_statements SET seq = 12, hash = (SELECT hash FROM trail WHERE seq = 12) WHERE kind = 'cut'",
    )
    await world.tamper('DELETE FROM trail WHERE seq <= 12')
    expect((await world.trail.verify()).broken).toMatchObject({ seq: 12, reason: 'forged' })
  })

  it('cannot be undone by putting a changed past back', async () => {
    await age()
    await world.trail.prune()
    await world.tamper("DELETE FROM trail_statements WHERE kind = 'cut'")
    expect((await world.trail.verify()).broken).toMatchObject({ seq: 1, reason: 'missing' })
  })

  it('keeps a verification right that it overtakes', async () => {
    await world.append(2500)
    while ((await world.trail.seal()) > 0);
    world.clock.advanceBy(31 * dayMs)
    const verification = world.trail.verify()
    await world.trail.prune()
    // On a server the walk may be over before the cut is committed.
    const cuts = world.store.dialect === 'sqlite' ? [2000] : [0, 2000]
    const { ok, prunedThrough } = await verification
    expect(ok).toBe(true)
    expect(cuts).toContain(prunedThrough)
  })

  it('keeps a trail at least a day', () => {
    for (const keptForMs of [0, dayMs - 1, Number.NaN]) {
      expect(() => world.reopen({ keptForMs })).toThrow('The trail cannot be kept for')
    }
  })
})
