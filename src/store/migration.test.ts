import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checksumOf, type Migration, planMigrations, readMigrations } from './migration.ts'

const migration = (number: number, sql = `-- ${number}`): Migration => ({ number, name: `000${number}-x`, sql })
const applied = (...of: Migration[]) =>
  of.map((one) => ({ number: one.number, name: one.name, checksum: checksumOf(one) }))

describe('planning migrations', () => {
  it('applies all in order to an empty database, and the rest to an older one', () => {
    const [one, two, five] = [migration(1), migration(2), migration(5)]
    expect(planMigrations([five, one, two], [])).toEqual([one, two, five])
    expect(planMigrations([one, two, five], applied(one, two))).toEqual([five])
    expect(planMigrations([one, two], applied(two, one))).toEqual([])
  })

  it('refuses two of one number, and one that was slipped in under those applied', () => {
    expect(() => planMigrations([migration(1), { ...migration(1), name: '0001-y' }], [])).toThrow('same number')
    expect(() =>
      planMigrations([migration(1), migration(2), migration(3)], applied(migration(1), migration(3))),
    ).toThrow('Migration 0002-x is missing from a database that already has 0003-x')
  })

  it('refuses a database with migrations and no list at all', () => {
    expect(() => planMigrations([], applied(migration(1)))).toThrow('has schema 0001-x')
  })

  it('does not mind the line ends of a checkout', () => {
    expect(checksumOf(migration(1, 'a;\r\nb;\r\n'))).toBe(checksumOf(migration(1, 'a;\nb;\n')))
    expect(checksumOf(migration(1, 'a;\nb;\n'))).not.toBe(checksumOf(migration(1, 'a;\nc;\n')))
  })
})

describe('the shipped migrations', () => {
  it('are numbered, named, and form a list that can be applied', () => {
    const shipped = readMigrations()
    expect(shipped[0]?.name).toBe('0001-trail')
    expect(planMigrations(shipped, [])).toHaveLength(shipped.length)
  })

  /** Data folders remember what they were made with: a changed line here is a folder that does not open any more. Only new lines are right. */
  it('are what they were', async () => {
    const lines = readMigrations().map((one) => `${one.name} ${checksumOf(one)}`)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('migrations/checksums.txt')
  })

  it('must have numbers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    writeFileSync(join(folder, 'later.sql'), '')
    expect(() => readMigrations(folder)).toThrow('later.sql has no number')
    rmSync(folder, { recursive: true })
  })
})
