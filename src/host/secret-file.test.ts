import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecretFile } from './secret-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('reads a plain file', () => {
  writeFileSync(join(folder, 'key'), 'hunter2\n')
  expect(readSecretFile(join(folder, 'key'))).toBe('hunter2\n')
  writeFileSync(join(folder, 'empty'), '')
  expect(readSecretFile(join(folder, 'empty'))).toBe('')
})

it('refuses what has no end, what would be waited for, and what is no secret for its size', () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(join(folder, 'large'), 'x'.repeat(65_537))
  expect(() => readSecretFile('/dev/zero')).toThrow('no plain file')
  expect(() => readSecretFile(join(folder, 'pipe'))).toThrow('no plain file')
  expect(() => readSecretFile(folder)).toThrow('no plain file')
  expect(() => readSecretFile(join(folder, 'large'))).toThrow('larger than 65536 bytes')
  expect(() => readSecretFile(join(folder, 'absent'))).toThrow('ENOENT')
})

describe('a secret within the folders that Holdfast keeps its own in', () => {
  const inside = (...path: string[]): string => join(folder, 'holdfast', ...path)
  beforeEach(() => {
    mkdirSync(inside('host'), { recursive: true })
    writeFileSync(inside('admin-token'), 'hf_admin')
    writeFileSync(inside('host', 'enrolment.json'), '{}')
    writeFileSync(join(folder, 'holdfast-of-the-shop'), 'hunter2')
  })

  it('is refused, whichever way leads there', () => {
    symlinkSync(inside('admin-token'), join(folder, 'file-link'))
    symlinkSync(inside(), join(folder, 'folder-link'))
    const ways = [
      inside('admin-token'),
      inside('host', 'enrolment.json'),
      join(folder, 'file-link'),
      join(folder, 'folder-link', 'host', 'enrolment.json'),
      `${folder}/holdfast/../holdfast/admin-token`,
      `${folder}/./holdfast//host/../admin-token`,
    ]
    for (const way of ways) {
      const reading = (): string => readSecretFile(way, [inside()])
      expect(reading).toThrow('of its own')
    }
    expect(() => readSecretFile(inside('admin-token'), [inside()])).toThrow(
      expect.objectContaining({ code: 'host.secret_forbidden', kind: 'forbidden' }),
    )
  })

  it('is refused also when the folder itself is known by a link', () => {
    symlinkSync(inside(), join(folder, 'data'))
    expect(() => readSecretFile(inside('admin-token'), [join(folder, 'data')])).toThrow('of its own')
  })

  it('does not keep files beside them from being read, nor does a folder that is not there', () => {
    const besides = join(folder, 'holdfast-of-the-shop')
    expect(readSecretFile(besides, [inside(), inside('absent')])).toBe('hunter2')
  })
})
