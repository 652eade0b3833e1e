import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Actor } from '../access/index.ts'
import { effectsOf } from '../audit/index.ts'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { addConnection } from './add.ts'
import { type ConnectionBook, openConnectionBook } from './book.ts'
import type { Connection } from './connection.ts'
import { connectionErrorCodes } from './errors.ts'
import { listConnections } from './list.ts'
import { removeConnection } from './remove.ts'
import type { NewConnection } from './schemas.ts'
import { openKeyring } from '../sealing/index.ts'

const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
const nobody: Actor = { type: 'user', id: 'eve', via: 'api' }

const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

const configured: Readonly<Record<string, Connection>> = {
  fixed: { authorization: { kind: 'basic', username: 'a', password: 'env:P' }, allowedHosts: ['fixed.example'] },
}

function openWorld(): { book: ConnectionBook; store: Store; other(key?: number): ConnectionBook } {
  const clock = new VirtualClock()
  const store = openStore({ path: ':memory:', clock, logger: silentLogger })
  stores.push(store)
  let chance = 0
  const randomBytes = (length: number) => new Uint8Array(length).fill(++chance)
  const open = (key = 7): ConnectionBook =>
    openConnectionBook({
      ...{
        store,
        clock,
        configured,
        keyring: openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32).fill(key) }], randomBytes }),
      },
      randomBytes,
      redact: (secret) => ({ $redacted: String(JSON.stringify(secret).length) }),
    })
  return { book: open(), store, other: open }
}

const shop: NewConnection = {
  name: 'shop',
  allowedHosts: ['api.shop.example'],
  authorization: { kind: 'basic', username: 'ada', password: 's3cret-password' },
  invocation: { headers: { 'X-Tenant': 'tenant-s3cret' } },
}

const trailOf = (store: Store): readonly { action: string; change: string }[] =>
  store.read.all<{ action: string; change: string }>('SELECT action, change FROM trail_unsealed ORDER BY position')

describe('a connection that is added', () => {
  it('can be used with its secrets, and is listed without them', async () => {
    const { book, other } = openWorld()
    expect(await addConnection(book, admin, shop)).toEqual({
      ...{ name: 'shop', kind: 'basic', allowedHosts: ['api.shop.example'], from: 'api' },
      changedAt: book.clock.now(),
    })
    expect(other().find('shop')).toEqual({
      authorization: { kind: 'basic', username: 'ada', password: { value: 's3cret-password' } },
      invocation: { headers: { 'X-Tenant': { value: 'tenant-s3cret' } } },
      allowedHosts: ['api.shop.example'],
      revision: expect.any(String),
    })
    expect(listConnections(book, admin).map(({ name, from }) => [name, from])).toEqual([
      ['fixed', 'configuration'],
      ['shop', 'api'],
    ])
    expect(JSON.stringify(listConnections(book, admin))).not.toContain('s3cret')
  })

  it('leaves no secret in the database, and a record of who, what for and whether it is another secret', async () => {
    const { book, store } = openWorld()
    await addConnection(book, admin, shop)
    await addConnection(book, admin, { ...shop, replace: true })
    const kept = JSON.stringify(
      ['connection', 'trail_unsealed'].map((table) => store.read.all(`SELECT * FROM ${table}`)),
    )
    expect(kept).not.toContain('s3cret')
    expect(trailOf(store).map(({ action, change }) => [action, JSON.parse(change)])).toEqual([
      [
        'connection.add',
        { kind: 'basic', allowedHosts: ['api.shop.example'], replaced: false, secret: expect.any(Object) },
      ],
      [
        'connection.add',
        { kind: 'basic', allowedHosts: ['api.shop.example'], replaced: true, secret: expect.any(Object) },
      ],
    ])
  })

  it('is replaced only when that is asked for, and is another one then', async () => {
    const { book } = openWorld()
    await addConnection(book, admin, shop)
    const before = book.find('shop')
    await expect(addConnection(book, admin, shop)).rejects.toMatchObject({ code: 'connection.exists' })
    const authorization = { kind: 'apiKey', name: 'X-Key', value: 'new' } as const
    await addConnection(book, admin, { ...shop, authorization, replace: true })
    expect(book.find('shop')).toMatchObject({ authorization: { kind: 'apiKey', value: { value: 'new' } } })
    expect(book.find('shop')?.revision).not.toBe(before?.revision)
  })

  it('cannot take the name of one in the configuration, which counts', async () => {
    const { book } = openWorld()
    await expect(addConnection(book, admin, { ...shop, name: 'fixed' })).rejects.toMatchObject({
      code: 'connection.configured',
    })
    await expect(removeConnection(book, admin, 'fixed')).rejects.toMatchObject({ code: 'connection.configured' })
    expect(book.find('fixed')).toMatchObject({ authorization: { password: 'env:P' } })
  })

  it.each<[string, object, string]>([
    [
      'a reference in the place of a secret',
      { authorization: { kind: 'basic', username: 'a', password: 'env:PATH' } },
      'authorization.password',
    ],
    ['a reference to a file', { invocation: { query: { a: 'file:/etc/passwd' } } }, 'invocation.query.a'],
    ['no host', { allowedHosts: [] }, 'allowedHosts'],
    ['a host that is none', { allowedHosts: ['https://a'] }, 'allowedHosts.0'],
    ['a name that cannot stand in an ARN', { name: 'a/b' }, 'name'],
  ])('is refused with %s, and its values are not repeated', async (_, change, place) => {
    const { book } = openWorld()
    const refused = addConnection(book, admin, { ...shop, ...change })
    await expect(refused).rejects.toMatchObject({ code: 'connection.invalid', place })
    await expect(refused).rejects.not.toThrow(/s3cret|PATH|passwd/)
  })

  it('cannot be read with another key, under another name, or when it was changed', async () => {
    const { book, store, other } = openWorld()
    await addConnection(book, admin, shop)
    expect(() => other(8).find('shop')).toThrow('The secrets of the connection shop cannot be opened')
    await store.write((tx) => tx.prepare(`UPDATE connection SET name = 'moved'`).run())
    expect(() => book.find('moved')).toThrow('cannot be opened')
  })

  it('is gone when it is removed, once', async () => {
    const { book, store } = openWorld()
    await addConnection(book, admin, shop)
    await removeConnection(book, admin, 'shop')
    expect(book.find('shop')).toBeUndefined()
    expect(book.names()).toEqual(['fixed'])
    expect(trailOf(store).at(-1)?.action).toBe('connection.remove')
    await expect(removeConnection(book, admin, 'shop')).rejects.toMatchObject({ code: 'connection.missing' })
  })

  it('is the business of who may', async () => {
    const { book } = openWorld()
    await expect(addConnection(book, nobody, shop)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(removeConnection(book, nobody, 'shop')).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(() => listConnections(book, nobody)).toThrow('may not connection.list')
  })

  it('is noted with the request that added it, so that its repetition is answered', async () => {
    const { book, store } = openWorld()
    await addConnection(book, { ...admin, request: { key: 'k', fingerprint: 'f' } }, shop)
    expect(effectsOf(store.read, 'k', book.clock.now())).toMatchObject([{ action: 'connection.add' }])
  })
})

it('every code is listed', () => {
  const source = readFileSync(join(import.meta.dirname, 'errors.ts'), 'utf8')
  const thrown = [...source.matchAll(/new HoldfastError\(\s*'([^']+)'/g)].map((match) => match[1])
  expect(thrown.toSorted()).toEqual([...connectionErrorCodes])
})
