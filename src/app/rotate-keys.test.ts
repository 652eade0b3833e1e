import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Actor, addPerson, beginJoining, createToken, findAwsKey, openAccess } from '../access/index.ts'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { addConnection, openConnectionBook } from '../connection/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { rotateKeys, sealedColumns } from './rotate-keys.ts'
import { openSealingKeys, sealingKeysFile } from './sealing-keys.ts'

const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
const folderKey = new Uint8Array(32).fill(7)
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

/** As a process that has just started sees it. */
function start() {
  const keys = openSealingKeys(folder, folderKey, randomBytes)
  const { keyring } = keys
  const redact = () => ({ $redacted: '' })
  const book = openConnectionBook({ store, clock, randomBytes, keyring, configured: {}, redact })
  const access = openAccess({ store, clock, logger: silentLogger, randomBytes, keyring })
  return { keys, book, access }
}

const connections = 120
type Made = { readonly awsKeyId: string; readonly code: string; readonly totp: string }

/** More than one transaction's worth of connections; a key of AWS's; an authenticator that is being taken in. */
async function fill(): Promise<Made> {
  const { book, access } = start()
  for (let at = 0; at < connections; at++) {
    await addConnection(book, admin, {
      ...{ name: `bank-${at}`, allowedHosts: ['bank.example'] },
      authorization: { kind: 'basic', username: 'u', password: `secret ${at}` },
    })
  }
  const { awsKey } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'viewer' }], awsKey: true })
  const { join: invited } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [] })
  const { code } = invited
  const { totpSecret: totp } = await beginJoining(access, code)
  return { awsKeyId: awsKey?.accessKeyId ?? '', code, totp }
}

async function expectReadable({ awsKeyId, code, totp }: Made): Promise<void> {
  const { book, access } = start()
  for (let at = 0; at < connections; at++) {
    expect(book.find(`bank-${at}`)?.authorization).toMatchObject({ password: { value: `secret ${at}` } })
  }
  expect(findAwsKey(access, awsKeyId, 'api')?.secretAccessKey).toHaveLength(40)
  expect(await beginJoining(access, code)).toMatchObject({ totpSecret: totp })
}

const keyIdsInUse = (): ReadonlySet<string> =>
  new Set(
    sealedColumns.flatMap(({ table, column }) =>
      store.read
        .all<{ sealed: string }>(`SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`)
        .map(({ sealed }) => sealed.split(':')[0] ?? ''),
    ),
  )
const keysOnDisk = () =>
  (JSON.parse(readFileSync(sealingKeysFile(folder), 'utf8')) as { id: string }[]).map(({ id }) => id)

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
    const made = await fill()
    const first = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(first).toMatchObject({ sealed: connections + 2, unreadable: 0, dropped: [] })
    expect([...keyIdsInUse()]).toEqual([first.key])
    await expectReadable(made)
    const second = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(second).toMatchObject({ sealed: connections + 2, unreadable: 0, dropped: [first.key] })
    expect(keysOnDisk()).toEqual([second.key])
    await expectReadable(made)
    const told = store.read.all<{ action: string }>(
      `SELECT action FROM trail_unsealed WHERE action LIKE 'platform.%' ORDER BY position`,
    )
    expect(told.map(({ action }) => action)).toEqual([
      ...['platform.rotate_keys', 'platform.keys_rotated', 'platform.rotate_keys', 'platform.keys_rotated'],
    ])
  })

  it('leaves everything readable wherever it is cut off, and ends when done again', async () => {
    const made = await fill()
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
        await expectReadable(made)
      }
      if (outcomes.includes('done')) break
      expect(outcomes).toEqual(['killed', 'killed'])
      cut++
    }
    // The record, two turns of connections, three other tables, the keys that are dropped, the record of the end.
    expect(cut).toBe(8)
    const { key } = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(keysOnDisk()).toEqual([key])
    expect([...keyIdsInUse()]).toEqual([key])
  })

  it('goes well two at once, with secrets coming in meanwhile', async () => {
    const made = await fill()
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
    await expectReadable(made)
    for (const name of ['early', 'late']) {
      expect(start().book.find(name)?.authorization).toMatchObject({ password: { value: name } })
    }
    const { key } = await rotate()
    expect(keysOnDisk()).toEqual([key])
  })

  it('is seen by a process that was there before: it reads the file again', async () => {
    const made = await fill()
    const other = start()
    await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(other.book.find('bank-7')?.authorization).toMatchObject({ password: { value: 'secret 7' } })
    await expectReadable(made)
  })

  it('keeps what cannot be opened any more as it is, and says so', async () => {
    await fill()
    await store.write((tx) => tx.prepare("UPDATE connection SET sealed = 'gone:AAAA' WHERE name = 'bank-3'").run())
    const done = await rotateKeys({ store, clock, keys: start().keys }, admin)
    expect(done).toMatchObject({ sealed: connections + 1, unreadable: 1 })
    expect(keyIdsInUse()).toContain('gone')
  })

  it('is for admins', async () => {
    const keys = start().keys
    const viewer: Actor = { ...admin, grants: [{ role: 'viewer' }] }
    await expect(rotateKeys({ store, clock, keys }, viewer)).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(keyIdsInUse().size).toBe(0)
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
