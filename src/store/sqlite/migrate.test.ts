import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { byHand, type Migration, openStore, type Store } from '../index.ts'

const first: Migration = { number: 1, name: '0001-note', sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT;' }
const second: Migration = { number: 2, name: '0002-body', sql: 'ALTER TABLE note ADD COLUMN body TEXT;' }
const third: Migration = { number: 3, name: '0003-more', sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;' }

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'holdfast.sqlite')
}

function open(path: string, migrations: readonly Migration[]): Store {
  const store = openStore({ path, clock: new VirtualClock(7000), logger: silentLogger, schedule: byHand, migrations })
  undo.push(() => store.close())
  return store
}

const tables = (store: Store): unknown[] =>
  store.read
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .map((row) => row.name)

describe('the schema of a database', () => {
  it('is brought from nothing to the newest, and the steps are written down', async () => {
    const store = open(newPath(), [second, first])
    expect(tables(store)).toEqual(['note', 'schema_migrations'])
    expect(store.read.all('SELECT number, name, applied_at FROM schema_migrations')).toEqual([
      { number: 1, name: '0001-note', applied_at: 7000 },
      { number: 2, name: '0002-body', applied_at: 7000 },
    ])
  })

  it('is brought on from an older one, keeping the rows', async () => {
    const path = newPath()
    const old = open(path, [first])
    const row = old.write((tx) => tx.prepare('INSERT INTO note (id) VALUES (4)').run())
    await old.tick()
    await row
    await old.close()
    const store = open(path, [first, second])
    expect(store.read.all('SELECT * FROM note')).toEqual([{ id: 4, body: null }])
  })

  it('is left alone by a Holdfast that is too old for it, which names both versions', async () => {
    const path = newPath()
    await open(path, [first, second, third]).close()
    expect(() => open(path, [first])).toThrow(
      'The database has schema 0003-more, this Holdfast knows schemas up to 0001-note',
    )
    expect(tables(open(path, [first, second, third]))).toContain('more')
  })

  it('is refused when a migration was edited after it was applied', async () => {
    const path = newPath()
    await open(path, [first]).close()
    const edited = { ...first, sql: first.sql.replace('note', 'memo') }
    expect(() => open(path, [edited, second])).toThrow('Migration 0001-note is not the text')
    expect(tables(open(path, [first]))).toEqual(['note', 'schema_migrations'])
  })

  it('stays as it was when a migration fails halfway', async () => {
    const path = newPath()
    await open(path, [first]).close()
    const broken = {
      ...second,
      sql: 'CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);',
    }
    expect(() => open(path, [first, broken])).toThrow('Migration 0002-body failed and was undone')
    expect(tables(open(path, [first]))).toEqual(['note', 'schema_migrations'])
  })

  it('refuses a migration that ends its own transaction', () => {
    const path = newPath()
    const leaving = { ...second, sql: 'CREATE TABLE left_behind (id INTEGER PRIMARY KEY) STRICT; COMMIT;' }
    expect(() => open(path, [first, leaving])).toThrow('it ends the transaction it runs in')
  })

  it('frees the folder when it cannot be opened', async () => {
    const path = newPath()
    await open(path, [first, second]).close()
    expect(() => open(path, [first])).toThrow('schema 0002-body')
    await open(path, [first, second]).close()
  })
})
