import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFaultOf } from './file-fault.ts'
import { readPrivate, writePrivate } from './private-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-private-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a private file', () => {
  it('is its owner’s alone and takes the place of the one before, leaving nothing beside it', () => {
    const file = join(folder, 'key')
    expect(readPrivate(file)).toBeUndefined()
    writePrivate(file, 'one')
    writePrivate(file, new Uint8Array([116, 119, 111]))
    expect(readPrivate(file)?.toString()).toBe('two')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['key'])
  })

  it('is private also when a crash left a draft that others may read', () => {
    const file = join(folder, 'key')
    writeFileSync(`${file}.new`, 'half')
    chmodSync(`${file}.new`, 0o644)
    writePrivate(file, 'whole')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('that cannot be written or read is told with its folder and what to do', () => {
    const missing = join(folder, 'missing')
    expect(() => writePrivate(join(missing, 'key'), 'x')).toThrow(
      expect.objectContaining({ code: 'store.folder_unwritable', place: missing }),
    )
    expect(() => readPrivate(folder)).toThrow(expect.objectContaining({ code: 'store.folder_unwritable' }))
  })
})

describe('what the file system throws', () => {
  const thrown = (code: string) => Object.assign(new Error(`${code}: no`), { code, syscall: 'write' })

  it.each([
    ['ENOSPC', 'store.full'],
    ['EDQUOT', 'store.full'],
    ['EIO', 'store.disk_failed'],
    ['EROFS', 'store.disk_failed'],
    ['EACCES', 'store.folder_unwritable'],
  ])('%s is %s', (code, told) => {
    expect(fileFaultOf(thrown(code), folder)).toMatchObject({ code: told, place: folder })
  })

  it('stays as it is when it comes from somewhere else', () => {
    const error = new Error('ours')
    expect(fileFaultOf(error, folder)).toBe(error)
  })
})
