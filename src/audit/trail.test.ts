import { appendFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { verify } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { startTrail } from './background.ts'
import { canonicalJson, type PlainJson } from './canonical.ts'
import type { NewRecord } from './record.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'
import { openTrail } from './trail.ts'

let world: TrailWorld
beforeEach(() => {
  world = openTrailWorld()
})
afterEach(() => world.end())

type Line = Record<string, PlainJson>
const lines = (): Line[] =>
  readFileSync(world.headsPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

async function sealed(count: number, more: Partial<NewRecord> = {}): Promise<void> {
  await world.append(count, more)
  await world.trail.seal()
}

describe('the heads file', () => {
  it('lets anyone who holds it alone check the signatures', async () => {
    await sealed(3)
    await world.trail.signHead()
    const [key, head] = lines()
    const { signature, ...statement } = head ?? {}
    expect(statement).toMatchObject({ kind: 'head', seq: 3, hash: (await world.all())[2]?.hash })
    const genuine = (text: string): boolean =>
      verify(null, Buffer.from(text), String(key?.['publicKey']), Buffer.from(String(signature), 'base64'))
    expect(genuine(canonicalJson(statement))).toBe(true)
    expect(genuine(canonicalJson({ ...statement, seq: 4 }))).toBe(false)
  })

  it('gets one head for what is new and none when nothing is', async () => {
    await sealed(1)
    await world.trail.signHead()
    await world.trail.signHead()
    await sealed(1)
    await world.trail.signHead()
    expect(lines().map(({ seq }) => seq)).toEqual([undefined, 1, 2])
  })

  it('gets what a crash kept from it, after the half line that was left is dropped', async () => {
    for (const _ of [1, 2, 3]) {
      await sealed(1)
      await world.trail.signHead()
    }
    const whole = readFileSync(world.headsPath, 'utf8')
    truncateSync(world.headsPath, whole.length - 60)
    const restarted = world.reopen()
    expect(lines()).toHaveLength(3)
    await restarted.signHead()
    expect(readFileSync(world.headsPath, 'utf8')).toBe(whole)
    expect(await restarted.verify()).toMatchObject({ ok: true, checkedHeads: 6 })
  })

  it('gets whole lines again after a full disk left half of one, and begins with the key again when all was lost', async () => {
    await sealed(1)
    await world.trail.signHead()
    const before = readFileSync(world.headsPath, 'utf8')
    appendFileSync(world.headsPath, '{"kind":"head","seq":2,"ha')
    expect(await world.trail.verify()).toMatchObject({ ok: true })
    await sealed(1)
    await world.trail.signHead()
    expect(readFileSync(world.headsPath, 'utf8').startsWith(before)).toBe(true)
    expect(lines().map(({ seq }) => seq)).toEqual([undefined, 1, 2])
    expect(await world.trail.verify()).toMatchObject({ ok: true })

    writeFileSync(world.headsPath, '{"kind":"key"')
    world.reopen()
    expect(lines().map(({ kind }) => kind)).toEqual(['key'])
  })

  it('gets a head at once when the clock was set back behind the last one', async () => {
    await sealed(1)
    world.clock.advanceBy(365 * 86_400_000)
    await world.trail.signHead()
    await sealed(1)
    const nextYear = world.clock.now()
    const setBack = openTrail({
      store: world.store,
      clock: new VirtualClock(nextYear - 364 * 86_400_000),
      logger: silentLogger,
      randomBytes: (length) => new Uint8Array(length),
      folder: world.folder,
    })
    await setBack.tick()
    expect(lines().map(({ seq }) => seq)).toEqual([undefined, 1, 2])
  })

  it('is written anew when it was removed', async () => {
    await sealed(1)
    await world.trail.signHead()
    const before = readFileSync(world.headsPath, 'utf8')
    rmSync(world.headsPath)
    await world.reopen().signHead()
    expect(readFileSync(world.headsPath, 'utf8')).toBe(before)
  })

  it('takes heads after a line that somebody else added, and verify tells of that line', async () => {
    await sealed(1)
    await world.trail.signHead()
    appendFileSync(world.headsPath, 'graffiti\n')
    const restarted = world.reopen()
    await sealed(1)
    await restarted.signHead()
    expect((await restarted.verify()).broken).toMatchObject({
      detail: 'line 3 of the heads file is no signed statement',
    })
  })
})

describe('the keys', () => {
  const keyFile = (): string => join(world.folder, 'keys', 'trail-signing.pem')

  it.skipIf(process.platform === 'win32')('are readable by their owner alone', () => {
    const modes = ['keys', 'keys/trail-signing.pem', 'keys/redaction.key', 'trail-heads.jsonl'].map((name) =>
      (statSync(join(world.folder, name)).mode & 0o777).toString(8),
    )
    expect(modes).toEqual(['700', '600', '600', '600'])
  })

  it('stay the same over restarts', async () => {
    await sealed(1)
    await world.reopen().signHead()
    expect(await world.trail.verify()).toMatchObject({ ok: true, signedThrough: 1 })
  })

  it('are missed when they are gone and something was signed', async () => {
    await sealed(1)
    await world.trail.signHead()
    rmSync(keyFile())
    expect(() => world.reopen()).toThrow(`The trail is signed, but its key ${keyFile()} is gone`)
    expect(existsSync(keyFile())).toBe(false)
  })

  it('are refused when they are no keys', () => {
    writeFileSync(keyFile(), 'nonsense')
    expect(() => world.reopen()).toThrow(`${keyFile()} does not hold a key`)
    rmSync(keyFile())
    writeFileSync(join(world.folder, 'keys', 'redaction.key'), 'short')
    expect(() => world.reopen()).toThrow('redaction.key does not hold a key')
  })
})

describe('secrets', () => {
  it('can be told apart but not read', () => {
    const [one, again, other] = [world.trail.redact('hunter2'), world.trail.redact('hunter2'), world.trail.redact('x')]
    expect(one.$redacted).toMatch(/^[0-9a-f]{12}$/)
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
    expect(world.reopen().redact('hunter2')).toEqual(one)
  })
})

describe('the trail’s own loop', () => {
  const start = (): (() => Promise<void>) =>
    startTrail({
      ...{ trail: world.trail, store: world.store, clock: world.clock, logger: silentLogger },
      sealDelayMs: 50,
    })

  it('seals a moment after a commit, all that came meanwhile together, and then rests', async () => {
    const stop = start()
    world.clock.advanceBy(0)
    await quiet()
    await world.append(2)
    await world.append(2)
    world.clock.advanceBy(49)
    await quiet()
    expect(await world.all()).toEqual([])
    world.clock.advanceBy(1)
    await quiet()
    expect(await world.all()).toHaveLength(4)
    world.clock.advanceBy(50)
    await quiet()
    expect(world.clock.nextAlarm()).toBeGreaterThan(world.clock.now() + 1000)
    await stop()
    expect(world.clock.nextAlarm()).toBeUndefined()
  })

  it('seals almost at once when it has sealed nothing lately', async () => {
    const stop = start()
    world.clock.advanceBy(0)
    await quiet()
    world.clock.advanceBy(1000)
    await world.append(1)
    await world.append(1)
    world.clock.advanceBy(10)
    await quiet()
    expect(await world.all()).toHaveLength(2)
    await world.append(1)
    world.clock.advanceBy(49)
    await quiet()
    expect(await world.all()).toHaveLength(2)
    world.clock.advanceBy(1)
    await quiet()
    expect(await world.all()).toHaveLength(3)
    await stop()
  })

  it('seals, signs and delivers what the process before left behind', async () => {
    await world.append(1200)
    const seen: number[] = []
    await world.trail.follow('f', ({ seq }) => void seen.push(seq), 'first')
    const stop = start()
    for (let round = 0; round < 20; round++) {
      world.clock.advanceBy(0)
      await quiet()
    }
    await stop()
    expect(seen).toHaveLength(1200)
    expect(await world.trail.verify()).toMatchObject({ ok: true, checkedRecords: 1200, unsealedRecords: 0 })
    expect(lines().length).toBeGreaterThan(1)
  })

  it('signs a head when the time has come, and no more often', async () => {
    const stop = start()
    for (let round = 0; round < 10; round++) {
      await world.append(1)
      world.clock.advanceBy(10_000)
      await quiet()
    }
    await stop()
    const [, ...heads] = lines()
    expect(heads.map(({ seq }) => seq)).toEqual([1, 7])
  })

  it('tries again when sealing failed', async () => {
    const errors: string[] = []
    const stop = startTrail({
      trail: world.trail,
      store: world.store,
      clock: world.clock,
      logger: { ...silentLogger, error: (message) => errors.push(message) },
    })
    await world.append(1)
    await world.tamper('ALTER TABLE trail RENAME TO hidden')
    world.clock.advanceBy(200)
    await quiet()
    expect(errors).toEqual(['the trail could not be sealed; it is tried again'])
    await world.tamper('ALTER TABLE hidden RENAME TO trail')
    world.clock.advanceBy(1000)
    await quiet()
    await stop()
    expect(await world.all()).toHaveLength(1)
  })
})

/** Lets everything that is under way come to rest: each step of it takes a few turns of the loop. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 30; turns++) {
    await turn()
    // What is being committed takes longer than a turn where a server does it.
    await world.store.tick()
  }
}
