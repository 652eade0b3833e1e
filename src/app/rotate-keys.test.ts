import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../access/index.ts'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { addConnection } from '../connection/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { rotateKeys, sealedColumns } from './rotate-keys.ts'
import { admin, fill, keysInUse, keysOnDisk, lost, openSealedWorld } from './sealed-world.fake.ts'

let folder: string
let store: Store
const clock = new VirtualClock()
let chance = 0
const randomBytes = (length: number): Uint8Array => {
  const seed = ++chance
  return Uint8Array.from({ length }, (_, at) => (seed * (31 + at * 17) + (seed >> 3) + at) & 0xff)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  mkdirSync(join(folder, 'keys'))
  store = openStore({ path: ':memory:', clock, logger: silentLogger })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const start = () => openSealedWorld({ folder, store, clock, randomBytes })
/** More than one transaction's worth. */
const connections = 120
const filled = () => fill(start(), connections)
const idsInUse = () => new Set(keysInUse(store))

class Killed extends Error {}

/** The store of a process that is killed before, or right after, so many commits. */
function killedAt(commits: number, when: 'before' | 'after'): Store {
  let seen = 0
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'write') return Reflect.get(target, name) as unknown
      return async (work: Parameters<Store['write']>[0]) => {
        const isLast = ++seen > commits
        if (isLast && when === 'before') throw new Killed()
        const result = await target.write(work)
        if (isLast) throw new Killed()
        return result
      }
    },
  })
}

describe('rotating the sealing keys', () => {
  it('seals everything anew and forgets the keys before', async () => {
    const made = await filled()
    const first = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(first).toMatchObject({ sealed: connections + 2, unreadable: 0, dropped: [] })
    expect([...idsInUse()]).toEqual([first.key])
    expect(await lost(start(), made)).toEqual([])
    const second = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(second).toMatchObject({ sealed: connections + 2, unreadable: 0, dropped: [first.key] })
    expect(keysOnDisk(folder)).toEqual([second.key])
    expect(await lost(start(), made)).toEqual([])
    const told = store.read.all<{ action: string }>(
      `SELECT action FROM trail_unsealed WHERE action LIKE 'platform.%' ORDER BY position`,
    )
    expect(told.map(({ action }) => action)).toEqual([
      ...['platform.rotate_keys', 'platform.keys_rotated', 'platform.rotate_keys', 'platform.keys_rotated'],
    ])
  })

  it('leaves everything readable wherever it is cut off, and ends when done again', async () => {
    const made = await filled()
    await rotateKeys({ store, clock, keys: start().keys }, admin)
    let cut = 0
    for (let commits = 0; ; commits++) {
      const outcomes = []
      for (const when of ['before', 'after'] as const) {
        const run = rotateKeys({ store: killedAt(commits, when), clock, keys: start().keys }, admin)
        outcomes.push(
          await run.then(
            () => 'done',
            (error: unknown) => (error instanceof Killed ? 'killed' : error),
          ),
        )
        expect(await lost(start(), made)).toEqual([])
      }
      if (outcomes.includes('done')) break
      expect(outcomes).toEqual(['killed', 'killed'])
      cut++
    }
    // The record, two turns of connections, three other tables, the keys that are dropped, the record of the end.
    expect(cut).toBe(8)
    const { key } = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(keysOnDisk(folder)).toEqual([key])
    expect([...idsInUse()]).toEqual([key])
  })

  it('goes well two at once, with secrets coming in meanwhile', async () => {
    const made = await filled()
    await rotateKeys({ store, clock, keys: start().keys }, admin)
    const { keys, book } = start()
    const rotate = () => rotateKeys({ store, clock, keys }, admin)
    const add = (name: string) =>
      addConnection(book, admin, {
        ...{ name, allowedHosts: ['bank.example'] },
        authorization: { kind: 'basic', username: 'u', password: name },
      })
    const [one, , other] = await Promise.all([rotate(), add('early'), rotate(), add('late')])
    expect(one.unreadable + other.unreadable).toBe(0)
    expect(await lost(start(), made)).toEqual([])
    for (const name of ['early', 'late']) {
      expect(start().book.find(name)?.authorization).toMatchObject({ password: { value: name } })
    }
    const { key } = await rotate()
    expect(keysOnDisk(folder)).toEqual([key])
  })

  it('is seen by a process that was there before: it reads the file again', async () => {
    const made = await filled()
    const other = start()
    await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(other.book.find('bank-7')?.authorization).toMatchObject({ password: { value: 'secret 7' } })
    expect(await lost(start(), made)).toEqual([])
  })

  it('keeps what cannot be opened any more as it is, and says so', async () => {
    await filled()
    await store.write((tx) => tx.prepare("UPDATE connection SET sealed = 'gone:AAAA' WHERE name = 'bank-3'").run())
    const done = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(done).toMatchObject({ sealed: connections + 1, unreadable: 1 })
    expect(idsInUse()).toContain('gone')
  })

  it('is for admins', async () => {
    const keys = start().keys
    const viewer: Actor = { ...admin, grants: [{ role: 'viewer' }] }
    await expect(rotateKeys({ store, clock, keys }, viewer)).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(idsInUse().size).toBe(0)
  })

  // Both stores have the same tables; one of them tells how they were made.
  it.skipIf(process.env['HOLDFAST_TEST_STORE'] === 'postgres')('knows every column that is sealed', () => {
    const tables = store.read.all<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'table'")
    const sealed = tables.flatMap(({ sql }) => {
      const table = /CREATE TABLE "?(\w+)/.exec(sql)?.[1]
      return [...sql.matchAll(/^\s*(sealed\w*) TEXT/gm)].map(([, column]) => `${table}.${column}`)
    })
    expect(sealed.toSorted()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).toSorted())
  })
})
