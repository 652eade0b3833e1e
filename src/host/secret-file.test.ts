import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
