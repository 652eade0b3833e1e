import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { secretReader } from './secrets.ts'

it('reads a secret from the environment or a file, at each call, without the end of its line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-secret-'))
  try {
    const file = join(folder, 'key')
    writeFileSync(file, 'one\n')
    const read = secretReader({ KEY: 'two', EMPTY: '' })
    expect([read('env:KEY'), read(`file:${file}`)]).toEqual(['two', 'one'])
    writeFileSync(file, 'three')
    expect(read(`file:${file}`)).toBe('three')
    expect(() => read('env:EMPTY')).toThrow('env:EMPTY is not set')
    expect(() => read('env:NONE')).toThrow('env:NONE is not set')
    expect(() => read('file:/nowhere/key')).toThrow('/nowhere/key')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
