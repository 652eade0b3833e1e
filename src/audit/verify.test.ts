import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openKeys } from './keys.ts'
import { recordText } from './record.ts'
import { sealedOf, type TrailRow } from './rows.ts'
import { hashOf } from './seal.ts'
import { insertStatement, signStatement } from './statements.ts'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'

let world: TrailWorld
beforeEach(async () => {
  world = openTrailWorld()
  await world.append(6, { change: { before: { a: 1 }, after: { a: 2 } }, execution: 'arn:e' })
  await world.trail.seal()
  await world.trail.signHead()
  await world.append(4)
  await world.trail.seal()
})
afterEach(() => world.end())

const broken = async (): Promise<unknown> => {
  const { ok, broken } = await world.trail.verify()
  return ok ? 'holds' : [broken?.seq, broken?.reason]
}

/** What a thorough intruder does: changes a record and hashes everything behind it anew. */
async function rewrite(from: number, sql: string): Promise<void> {
  await world.tamper(sql)
  await world.store.write((tx) => {
    const rows = tx.prepare<TrailRow>('SELECT * FROM trail WHERE seq >= ? ORDER BY seq').all(from)
    let prev =
      tx.prepare<{ hash: string }>('SELECT hash FROM trail WHERE seq = ?').get(from - 1)?.hash ?? '0'.repeat(64)
    for (const row of rows) {
      const { hash: _, ...record } = sealedOf(row, prev)
      prev = hashOf(prev, recordText(record))
      tx.prepare('UPDATE trail SET hash = ? WHERE seq = ?').run(prev, row.seq)
    }
  })
}

describe('a trail that nobody touched', () => {
  it('holds, and says how much of it is signed and sealed', async () => {
    await world.append(2)
    expect(await world.trail.verify()).toEqual({
      ok: true,
      from: 1,
      to: 10,
      checkedRecords: 10,
      checkedHeads: 2,
      signedThrough: 6,
      prunedThrough: 0,
      unsealedRecords: 2,
      oldestUnsealedAt: world.clock.now(),
    })
  })

  it('can be verified in part', async () => {
    expect(await world.trail.verify({ from: 3, to: 5 })).toMatchObject({ ok: true, checkedRecords: 3, checkedHeads: 0 })
    expect(await world.trail.verify({ from: 6, to: 6 })).toMatchObject({
      ok: true,
      checkedRecords: 1,
      signedThrough: 6,
    })
    expect(await world.trail.verify({ from: 10 })).toMatchObject({ ok: true, from: 10, to: 10 })
  })

  it('owes the records that were asked for', async () => {
    expect((await world.trail.verify({ from: 8, to: 12 })).broken).toMatchObject({ seq: 11, reason: 'missing' })
    expect((await world.trail.verify({ from: 20 })).broken).toMatchObject({ seq: 19, reason: 'missing' })
  })

  it('refuses ranges that are none', async () => {
    for (const range of [{ from: 0 }, { from: 5, to: 4 }, { from: 1.5 }, { from: Number.NaN }, { to: -1 }]) {
      await expect(world.trail.verify(range)).rejects.toMatchObject({ code: 'audit.range' })
    }
  })

  it('holds when it is empty', async () => {
    const empty = openTrailWorld()
    expect(await empty.trail.verify()).toMatchObject({ ok: true, checkedRecords: 0, unsealedRecords: 0 })
    await empty.end()
  })

  it('holds over many pages, also after it was opened again', async () => {
    await world.append(2600)
    while ((await world.trail.seal()) > 0);
    await world.reopen().signHead()
    expect(await world.reopen().verify()).toMatchObject({ ok: true, checkedRecords: 2610, signedThrough: 2610 })
  })
})

describe('a record that was changed', () => {
  it.each([
    'at = at + 1',
    "actor_type = 'system'",
    "actor_id = 'eve'",
    "actor_via = 'ui'",
    "action = 'execution.stop'",
    "subject_type = 'machine'",
    "subject_id = 'other'",
    'change = \'{"after":{"a":3},"before":{"a":1}}\'',
    'change = NULL',
    "execution = 'arn:f'",
    'execution = NULL',
    'event_id = 1',
    "cause_type = 'human', cause_id = 'eve'",
    "drill = 'd'",
    'clock_regress = 1',
    `hash = '${'0'.repeat(64)}'`,
  ])('is named: %s', async (assignment) => {
    await world.tamper(`UPDATE trail SET ${assignment} WHERE seq = 4`)
    expect(await broken()).toEqual([4, 'changed'])
  })

  it('is named although its members print the same text from other columns', async () => {
    await world.append(1, { change: { a: 1 }, drill: 'x' })
    await world.trail.seal()
    expect(await broken()).toBe('holds')
    await world.tamper(`UPDATE trail SET change = change || ',"drill":"x"', drill = NULL WHERE seq = 11`)
    expect(await broken()).toEqual([11, 'changed'])
  })

  it('is found out by the signed head when all hashes behind it were made anew', async () => {
    await rewrite(4, "UPDATE trail SET actor_id = 'eve' WHERE seq = 4")
    expect(await broken()).toEqual([6, 'head_differs'])
  })

  it('is found out by the heads file when the heads in the database were removed too', async () => {
    await rewrite(4, "UPDATE trail SET actor_id = 'eve' WHERE seq = 4")
    await world.tamper('DELETE FROM trail_statements')
    expect(await broken()).toEqual([6, 'head_differs'])
  })
})

describe('a record that is not where it was', () => {
  it('is missed when it was removed', async () => {
    await world.tamper('DELETE FROM trail WHERE seq = 4')
    expect(await broken()).toEqual([4, 'missing'])
  })

  it('is missed when the beginning was removed', async () => {
    await world.tamper('DELETE FROM trail WHERE seq <= 3')
    expect(await broken()).toEqual([1, 'missing'])
  })

  it('is missed when those behind it moved up', async () => {
    await world.tamper('DELETE FROM trail WHERE seq = 4')
    await world.tamper('UPDATE trail SET seq = seq - 1 WHERE seq > 4')
    expect(await broken()).toEqual([4, 'changed'])
  })

  it('is named when two changed places', async () => {
    await world.tamper('UPDATE trail SET seq = -seq WHERE seq IN (3, 4)')
    await world.tamper('UPDATE trail SET seq = seq + 7 WHERE seq < 0')
    expect(await broken()).toEqual([3, 'changed'])
  })

  it('is named when it was put in', async () => {
    await world.tamper('UPDATE trail SET seq = -seq WHERE seq > 4')
    await world.tamper('UPDATE trail SET seq = 1 - seq WHERE seq < 0')
    await world.tamper(`INSERT INTO trail SELECT 5, at, actor_type, 'eve', actor_via, action, subject_type, subject_id,
      change, execution, event_id, cause_type, cause_id, drill, clock_regress, hash FROM trail WHERE seq = 4`)
    expect(await broken()).toEqual([5, 'changed'])
  })
})

describe('a record where the chain has none', () => {
  const smuggle = (seq: number): Promise<void> =>
    world.tamper(`INSERT INTO trail SELECT ${seq}, at, actor_type, 'eve', actor_via, action, subject_type, subject_id,
      change, execution, event_id, cause_type, cause_id, drill, clock_regress, hash FROM trail WHERE seq = 9`)

  it.each([0, -1])('is named when it stands before the first, at %i', async (seq) => {
    await smuggle(seq)
    expect(await broken()).toEqual([seq, 'smuggled'])
    expect(await world.trail.verify({ from: 5 })).toMatchObject({ ok: true })
  })

  it('is named when it stands where everything was pruned', async () => {
    world.clock.advanceBy(401 * 86_400_000)
    await world.append(1)
    await world.trail.seal()
    while ((await world.trail.prune()) > 0);
    expect(await world.trail.verify()).toMatchObject({ ok: true })
    await world.tamper(`INSERT INTO trail SELECT 3, at, actor_type, 'eve', actor_via, action, subject_type, subject_id,
      change, execution, event_id, cause_type, cause_id, drill, clock_regress, hash FROM trail WHERE seq > 9 LIMIT 1`)
    expect(await broken()).toEqual([3, 'smuggled'])
  })
})

describe('a chain that was cut short', () => {
  it('is found out by the heads in the database', async () => {
    writeFileSync(world.headsPath, '')
    await world.tamper('DELETE FROM trail WHERE seq > 5')
    expect(await broken()).toEqual([6, 'truncated'])
  })

  it('is found out by the heads file', async () => {
    await world.tamper('DELETE FROM trail WHERE seq > 5')
    await world.tamper('DELETE FROM trail_statements')
    expect(await broken()).toEqual([6, 'truncated'])
  })

  it('is found out when nothing is left of it', async () => {
    await world.tamper('DELETE FROM trail')
    expect(await broken()).toEqual([1, 'truncated'])
  })

  it('is not seen behind the last signed head, which is why the head’s place is reported', async () => {
    await world.tamper('DELETE FROM trail WHERE seq > 8')
    expect(await world.trail.verify()).toMatchObject({ ok: true, to: 8, signedThrough: 6 })
  })
})

describe('a head that is not ours', () => {
  it('is named when it was signed with another key', async () => {
    const key = openKeys({
      folder: `${world.folder}/forger`,
      randomBytes: (length) => new Uint8Array(length).fill(99),
      signedBefore: false,
    }).signing
    const { hash } = (await world.all())[7] ?? { hash: '' }
    await world.store.write((tx) => insertStatement(tx, signStatement(key, { kind: 'head', seq: 8, hash, at: 1 })))
    expect(await broken()).toEqual([8, 'forged'])
  })

  it('is named when its statement was changed, in the database or in the file', async () => {
    const file = readFileSync(world.headsPath, 'utf8')
    writeFileSync(world.headsPath, file.replace('"seq":6', '"seq":5'))
    expect(await broken()).toEqual([5, 'forged'])
    writeFileSync(world.headsPath, file)
    expect(await broken()).toBe('holds')
    await world.tamper('UPDATE trail_statements SET seq = 3')
    expect(await broken()).toEqual([3, 'forged'])
  })

  it('is named when it borrows our key id', async () => {
    await world.tamper("UPDATE trail_statements SET signature = 'AAAA'")
    expect(await broken()).toEqual([6, 'forged'])
  })

  it('is named when a line of the file is nothing at all', async () => {
    for (const line of ['hello', '{"kind":"head","seq":"6"}', 'null', '{"kind":"other"}']) {
      const before = readFileSync(world.headsPath, 'utf8')
      appendFileSync(world.headsPath, `${line}\n`)
      const { broken } = await world.trail.verify()
      expect(broken).toMatchObject({ reason: 'forged', detail: 'line 3 of the heads file is no signed statement' })
      writeFileSync(world.headsPath, before)
    }
  })
})
