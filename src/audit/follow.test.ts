import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SealedRecord } from './record.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
beforeEach(() => {
  world = openTrailWorld()
})
afterEach(() => world.end())

const seqsOf = (records: readonly SealedRecord[]): number[] => records.map(({ seq }) => seq)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

async function drain(): Promise<void> {
  while (await world.trail.tick());
}

describe('a follower', () => {
  it('gets each sealed record once and in order, with its place in the chain', async () => {
    const seen: SealedRecord[] = []
    await world.append(250)
    await world.trail.follow('f', (record) => void seen.push(record), 'first')
    await drain()
    await world.append(3)
    await drain()
    expect(seqsOf(seen)).toEqual(upTo(253))
    expect(seen.slice(1).map(({ prevHash }) => prevHash)).toEqual(seen.slice(0, -1).map(({ hash }) => hash))
    expect(world.trail.followers()).toEqual([{ name: 'f', seq: 253, behind: 0 }])
  })

  it('begins with what comes next, unless told to begin with the first', async () => {
    const seen: SealedRecord[] = []
    await world.append(3)
    await world.trail.seal()
    await world.trail.follow('f', (record) => void seen.push(record))
    await world.append(2)
    await drain()
    expect(seqsOf(seen)).toEqual([4, 5])
  })

  it('goes on after a restart where it stopped', async () => {
    await world.append(3)
    await world.trail.follow('f', () => {}, 'first')
    await drain()
    await world.append(2)
    const seen: SealedRecord[] = []
    const restarted = world.reopen()
    await restarted.follow('f', (record) => void seen.push(record), 'first')
    while (await restarted.tick());
    expect(seqsOf(seen)).toEqual([4, 5])
  })

  it('commits what its handler writes together with its cursor', async () => {
    await world.store.write((tx) => tx.prepare('CREATE TABLE copied (seq BIGINT PRIMARY KEY)').run())
    let failures = 2
    await world.append(5)
    await world.trail.follow(
      'f',
      (record, tx) => {
        tx.prepare('INSERT INTO copied (seq) VALUES (?)').run(record.seq)
        if (record.seq === 4 && failures-- > 0) throw new Error('not yet')
      },
      'first',
    )
    await drain()
    expect(world.store.read.all('SELECT seq FROM copied')).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }])
    expect(world.trail.followers()).toMatchObject([{ seq: 3, behind: 2 }])
    world.clock.advanceBy(60_000)
    await drain()
    expect(world.store.read.all('SELECT seq FROM copied')).toHaveLength(5)
  })

  it('may wait for the database', async () => {
    const seen: number[] = []
    let failures = 2
    await world.append(3)
    await world.trail.follow(
      'f',
      async (record, tx) => {
        await tx.query<{ trail: { seq: number } }>().selectFrom('trail').select('seq').execute()
        if (record.seq === 3 && failures-- > 0) throw new Error('not yet')
        seen.push(record.seq)
      },
      'first',
    )
    await drain()
    expect(seen).toEqual([1, 2, 1, 2])
    expect(world.trail.followers()).toMatchObject([{ seq: 2, behind: 1 }])
    world.clock.advanceBy(1000)
    await drain()
    expect(seen).toEqual([1, 2, 1, 2, 3])
    expect(world.trail.followers()).toMatchObject([{ seq: 3, behind: 0 }])
  })

  it('tries a record again later and later, tells why, and is itself again after it', async () => {
    let attempts = 0
    await world.append(2)
    await world.trail.follow(
      'f',
      ({ seq }) => {
        if (seq === 1 && ++attempts <= 3) throw new Error('the pager is down')
      },
      'first',
    )
    const start = world.clock.now()
    const tries: number[] = []
    const statuses: unknown[] = []
    while (attempts < 4) {
      await drain()
      tries.push(world.clock.now() - start)
      statuses.push(...world.trail.followers())
      world.clock.advanceTo(Math.min(world.trail.nextDueAt(), world.clock.now() + 10_000))
    }
    expect(tries).toEqual([0, 1000, 3000, 7000])
    const failing = { seq: 1, error: 'Error: the pager is down' }
    expect(statuses.slice(0, 3)).toEqual([
      { name: 'f', seq: 0, behind: 2, failing: { ...failing, attempts: 1, retryAt: start + 1000 } },
      { name: 'f', seq: 0, behind: 2, failing: { ...failing, attempts: 2, retryAt: start + 3000 } },
      { name: 'f', seq: 0, behind: 2, failing: { ...failing, attempts: 3, retryAt: start + 7000 } },
    ])
    expect(world.trail.followers()[0]?.failing).toBeUndefined()
  })

  it('does not hold up the others', async () => {
    const seen: number[] = []
    await world.append(2)
    await world.trail.follow('broken', () => Promise.reject(new Error('always')), 'first')
    await world.trail.follow('sound', ({ seq }) => void seen.push(seq), 'first')
    await drain()
    expect(seen).toEqual([1, 2])
  })

  it('handles nothing twice when another process moved its cursor', async () => {
    const seen: number[] = []
    await world.append(2)
    await world.trail.follow(
      'f',
      ({ seq }, tx) => {
        // The other process has just done the same records.
        if (seen.length === 0) tx.prepare("UPDATE trail_cursors SET seq = 2 WHERE name = 'f'").run()
        tx.afterCommit(() => seen.push(seq))
      },
      'first',
    )
    await drain()
    expect(seen).toEqual([])
    expect(world.trail.followers()[0]?.failing).toBeUndefined()
  })

  it('has a name of its own', async () => {
    await world.trail.follow('f', () => {})
    await expect(world.trail.follow('f', () => {})).rejects.toMatchObject({ code: 'audit.follower_name' })
  })
})
