/**
 * One trail and two that seal it: in one process with stores of their own, whose transactions really run at the same time, and in
 * processes that are killed. Whatever they do to each other, the chain neither forks nor loses a record.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { appendRecord, openTrail, type Trail, type TrailSettings } from '../../src/audit/index.ts'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { openPostgres, type Store } from '../../src/store/index.ts'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

type Sealer = { readonly store: Store; readonly trail: Trail; readonly folder: string; readonly name: string }

const dayMs = 86_400_000
const actor = { type: 'user', id: 'ada', via: 'api' } as const

/** Data folders with the same keys, on one database. */
function openTwo(settings: Partial<TrailSettings> = {}): {
  clock: VirtualClock
  one: Sealer
  two: Sealer
  url: string
} {
  const database = newDatabase()
  undo.push(() => dropDatabase(database))
  const url = urlOf(database)
  const clock = new VirtualClock()
  const root = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(root, { recursive: true }))
  let chance = 0
  const open = (name: string): Sealer => {
    const folder = join(root, name)
    if (name === 'two') cpSync(join(root, 'one/keys'), join(folder, 'keys'), { recursive: true })
    const store = openPostgres({ url, clock, logger: silentLogger, durability: 'none' })
    undo.push(() => store.close())
    const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++chance)
    return {
      store,
      name,
      folder,
      trail: openTrail({ store, clock, logger: silentLogger, randomBytes, folder, settings }),
    }
  }
  return { clock, one: open('one'), two: open('two'), url }
}

async function append({ store, name }: Sealer, numbers: readonly number[], at: number): Promise<void> {
  const records = numbers.map((n) => ({ type: 'execution', id: `${name}-${n}` }))
  await store.write(
    (tx) => {
      for (const subject of records) appendRecord(tx, { at, actor, action: 'execution.start', subject })
    },
    { concurrent: true },
  )
}

const sealAll = async ({ trail }: Sealer): Promise<void> => {
  while ((await trail.seal()) > 0);
  await trail.signHead()
}

async function subjectsIn(trail: Trail): Promise<readonly string[]> {
  const ids: string[] = []
  const seqs: number[] = []
  for await (const line of trail.export()) {
    const record = JSON.parse(line) as { seq: number; action: string; subject: { id: string } }
    seqs.push(record.seq)
    if (record.action === 'execution.start') ids.push(record.subject.id)
  }
  // Without a gap from the first on.
  expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n))
  return ids
}

const headsIn = ({ folder }: Sealer): number =>
  readFileSync(join(folder, 'trail-heads.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line.includes('"kind":"head"')).length

describe('a trail that two seal at once', () => {
  it('holds every record once, each worker’s in the order of its commits, in one chain that both prove', async () => {
    const { clock, one, two } = openTwo({ headEveryMs: 1 })
    const rounds = 60
    const work = async (sealer: Sealer): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const numbers = Array.from({ length: 1 + (round % 7) }, (_, n) => round * 10 + n)
        clock.advanceTo(clock.now() + 1)
        await Promise.all([append(sealer, numbers, clock.now()), sealer.trail.tick(), sealer.trail.seal()])
      }
    }
    await Promise.all([work(one), work(two), work({ ...one, name: 'three' }), work({ ...two, name: 'four' })])
    await Promise.all([sealAll(one), sealAll(two)])
    const all = await subjectsIn(one.trail)
    expect(new Set(all).size).toBe(all.length)
    for (const name of ['one', 'two', 'three', 'four']) {
      const own = all.filter((id) => id.startsWith(`${name}-`)).map((id) => Number(id.slice(name.length + 1)))
      expect(own).toHaveLength(Array.from({ length: rounds }, (_, round) => 1 + (round % 7)).reduce((a, b) => a + b))
      expect(own).toEqual(own.toSorted((a, b) => a - b))
    }
    for (const { trail } of [one, two]) {
      expect(await trail.verify()).toMatchObject({ ok: true, unsealedRecords: 0, signedThrough: all.length })
    }
    // What one has signed is in the other's file as well.
    await Promise.all([one.trail.signHead(), two.trail.signHead()])
    expect(headsIn(two)).toBe(headsIn(one))
  })

  it('shows a cause before what it caused, though another node recorded it', async () => {
    const { clock, one, two } = openTwo()
    for (let n = 0; n < 40; n++) {
      const [first, second] = n % 2 === 0 ? [one, two] : [two, one]
      await append({ ...first, name: 'cause' }, [n], clock.now())
      await append({ ...second, name: 'effect' }, [n], clock.now())
      if (n % 5 === 0) await Promise.all([one.trail.seal(), two.trail.seal()])
    }
    await sealAll(one)
    const order = await subjectsIn(two.trail)
    for (let n = 0; n < 40; n++) expect(order.indexOf(`cause-${n}`)).toBeLessThan(order.indexOf(`effect-${n}`))
  })

  it('is pruned by both without losing what is to stay, and proves itself behind the cut', async () => {
    const { clock, one, two } = openTwo({ keptForMs: dayMs })
    await append(
      { ...one, name: 'old' },
      Array.from({ length: 300 }, (_, n) => n),
      clock.now(),
    )
    await sealAll(one)
    clock.advanceTo(clock.now() + 2 * dayMs)
    const work = async (sealer: Sealer): Promise<void> => {
      for (let n = 0; n < 30; n++) {
        await Promise.all([append(sealer, [n], clock.now()), sealer.trail.prune(), sealer.trail.seal()])
      }
    }
    await Promise.all([work(one), work(two)])
    await Promise.all([sealAll(one), sealAll(two)])
    const left = await subjectsIn(one.trail)
    expect(left).toHaveLength(60)
    expect(left.some((id) => id.startsWith('old-'))).toBe(false)
    for (const { trail } of [one, two]) expect(await trail.verify()).toMatchObject({ ok: true, prunedThrough: 300 })
  })

  it('is followed by one of two followers of a name at a time: each record is handled once, and that is no failure', async () => {
    const { clock, one, two } = openTwo()
    const handled: string[] = []
    const follow = ({ trail }: Sealer) =>
      trail.follow('reaction', ({ subject }, tx) => tx.afterCommit(() => void handled.push(subject.id)), 'first')
    await Promise.all([follow(one), follow(two)])
    for (let n = 0; n < 25; n++) {
      await append(n % 2 === 0 ? one : two, [n], clock.now())
      await Promise.all([one.trail.tick(), two.trail.tick()])
    }
    while ((await Promise.all([one.trail.tick(), two.trail.tick()])).includes(true));
    expect(handled.toSorted()).toEqual(
      Array.from({ length: 25 }, (_, n) => `${n % 2 === 0 ? 'one' : 'two'}-${n}`).toSorted(),
    )
    for (const { trail } of [one, two]) expect(trail.followers()).toEqual([{ name: 'reaction', seq: 25, behind: 0 }])
  })

  it('keeps every record that was acknowledged once, over kill -9 of either, again and again', async () => {
    const { one, two, url } = openTwo()
    const acknowledged: string[] = []
    const life = async ({ folder }: Sealer, atLeast: number): Promise<void> => {
      const fixture = join(import.meta.dirname, 'trail.fixture.ts')
      const child = spawn(process.execPath, [fixture, url, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      const gone = once(child, 'close')
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.split('\n').length > atLeast) child.kill('SIGKILL')
      })
      expect(await gone).toEqual([null, 'SIGKILL'])
      acknowledged.push(...text.split('\n').slice(0, -1))
    }
    const lives = async (sealer: Sealer, ...counts: readonly number[]): Promise<void> => {
      for (const count of counts) await life(sealer, count)
    }
    await Promise.all([lives(one, 40, 150, 7), lives(two, 90, 3, 120)])
    await sealAll(one)
    const all = await subjectsIn(one.trail)
    expect(new Set(all).size).toBe(all.length)
    expect(acknowledged.length).toBeGreaterThan(400)
    expect(acknowledged.filter((id) => !all.includes(id))).toEqual([])
    for (const { trail } of [one, two]) expect(await trail.verify()).toMatchObject({ ok: true, unsealedRecords: 0 })
  })
})
