import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noHash, type SealedRecord } from './record.ts'
import { sealRecords } from './seal.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
beforeEach(() => {
  world = openTrailWorld()
})
afterEach(() => world.end())

describe('appending', () => {
  it('keeps the record with the change or not at all', async () => {
    await world.append(1)
    const undone = world.store.write(async (tx) => {
      tx.prepare('DELETE FROM trail_unsealed').run()
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await world.trail.seal()
    expect(await world.all()).toMatchObject([{ seq: 1, subject: { id: 'subject-1' } }])
  })

  it('demands a cause of machines and of the system', async () => {
    for (const type of ['machine', 'system'] as const) {
      const actor = { type, id: 'x', via: 'timer' } as const
      await expect(world.append(1, { actor })).rejects.toThrow(
        `execution.start: a record by a ${type} must name its cause`,
      )
      await world.append(1, { actor, cause: { type: 'schedule', id: 'nightly' } })
    }
    await world.append(1, { actor: { type: 'inbound', id: 'hook', via: 'webhook' } })
  })

  it('refuses a change that has no canonical form', async () => {
    await expect(world.append(1, { change: { ratio: Number.NaN } })).rejects.toThrow('A record cannot hold NaN')
  })
})

describe('sealing', () => {
  it('numbers the records from 1 in the order of their commits and chains their hashes', async () => {
    await world.append(3)
    await world.append(2)
    expect(await world.trail.seal()).toBe(5)
    await world.append(1)
    expect(await world.trail.seal()).toBe(1)
    expect(await world.trail.seal()).toBe(0)
    const records = await world.all()
    expect(records.map(({ seq, subject }) => [seq, subject.id])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => [n, `subject-${n}`]),
    )
    expect(records.map(({ prevHash }) => prevHash)).toEqual([noHash, ...records.slice(0, -1).map(({ hash }) => hash)])
  })

  it('hashes the hash before with the exported line less its hash, so that anyone can check it', async () => {
    await world.append(2, { change: { b: 1, a: ['x'] }, execution: 'arn', eventId: 3, drill: 'd' })
    await world.trail.seal()
    for await (const line of world.trail.export()) {
      const { hash, prevHash } = JSON.parse(line) as SealedRecord
      const hashed = prevHash + line.trimEnd().replace(`"hash":"${hash}",`, '')
      expect(createHash('sha256').update(hashed).digest('hex')).toBe(hash)
    }
  })

  it('keeps every member of a record', async () => {
    const record = {
      actor: { type: 'machine', id: 'm', via: 'timer' },
      action: 'execution.close',
      cause: { type: 'alert', id: 'a' },
      drill: 'd',
      eventId: 4,
      execution: 'arn:e',
      subject: { type: 'execution', id: 's' },
    } as const
    await world.append(1, { ...record, change: { z: 1, a: 'ü' } })
    await world.trail.seal()
    expect(await world.all()).toMatchObject([{ ...record, change: { a: 'ü', z: 1 }, at: world.clock.now() }])
  })

  it('takes strings that no encoding can hold as what the database made of them', async () => {
    await world.append(1, { actor: { type: 'user', id: 'a\ud800b', via: 'api' } })
    await world.trail.seal()
    expect(await world.all()).toMatchObject([{ actor: { id: 'a\ufffdb' } }])
    expect(await world.trail.verify()).toMatchObject({ ok: true })
  })

  it('marks a record whose time lies more than five seconds behind the one before', async () => {
    const now = world.clock.now()
    for (const at of [now, now - 5000, now - 10_001, now - 10_001]) await world.append(1, { at })
    await world.trail.seal()
    expect((await world.all()).map(({ clockRegress }) => clockRegress)).toEqual([undefined, undefined, true, undefined])
  })

  it('goes on where a sealer that died or another one left off', async () => {
    await world.append(10)
    const dying = world.store.write((tx) => {
      sealRecords(tx, 5)
      throw new Error('killed')
    })
    await expect(dying).rejects.toThrow('killed')
    expect(await Promise.all([world.store.write((tx) => sealRecords(tx, 4)), world.reopen().seal()])).toEqual([4, 6])
    expect((await world.all()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await world.trail.verify()).toMatchObject({ ok: true, checkedRecords: 10 })
  })
})
