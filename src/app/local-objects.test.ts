import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '../engine/index.ts'
import { localObjects } from './local-objects.ts'

let folder = ''
let store: ObjectStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-objects-'))
  mkdirSync(join(folder, 'root/data/in'), { recursive: true })
  writeFileSync(join(folder, 'secret'), 'hidden')
  store = localObjects(join(folder, 'root'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (key: string, text: string): void => writeFileSync(join(folder, 'root/data', key), text)
const place = (key: string) => ({ bucket: 'data', key })

async function textOf(key: string, from: { offset: number; etag?: string } = { offset: 0 }): Promise<string> {
  const { chunks } = await store.read(place(key), from)
  return Buffer.concat(await Array.fromAsync(chunks)).toString()
}

async function* parts(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('buckets that are folders', () => {
  it('are those below the root, and no others', () => {
    expect(['data', 'other', '..', '.', '', 'data/in', '../root/data'].map((name) => store.handles(name))).toEqual([
      true,
      ...Array.from({ length: 6 }, () => false),
    ])
  })

  it('are no links either', () => {
    symlinkSync(folder, join(folder, 'root/link'))
    expect(store.handles('link')).toBe(false)
  })

  it('hand out a file from any byte on', async () => {
    put('in/a', 'hello')
    expect(await textOf('in/a')).toBe('hello')
    expect(await textOf('in/a', { offset: 3 })).toBe('lo')
    expect(await textOf('in/a', { offset: 5 })).toBe('')
  })

  it('notice that a file has become another', async () => {
    put('a', 'one')
    const { etag, chunks } = await store.read(place('a'), { offset: 0 })
    put('a', 'other')
    await expect(textOf('a', { offset: 1, etag })).rejects.toThrow('has changed while its items were read')
    await expect(Array.fromAsync(chunks)).rejects.toThrow('has changed while its items were read')
  })

  it('keep everybody inside, whatever the key', async () => {
    for (const key of ['../../secret', 'in/../../../secret', '/etc/passwd', 'in//a', './a', '', 'a\0b', '..\\a']) {
      await expect(textOf(key)).rejects.toThrow('cannot be a key of the local bucket')
      await expect(store.write(place(key), parts('x'))).rejects.toThrow('cannot be a key of the local bucket')
    }
  })

  it('follow no link, neither to a file nor to a folder, to read or to write', async () => {
    symlinkSync(join(folder, 'secret'), join(folder, 'root/data/file'))
    symlinkSync(folder, join(folder, 'root/data/folder'))
    await expect(textOf('file')).rejects.toThrow('leads through a link')
    await expect(textOf('folder/secret')).rejects.toThrow('leads through a link')
    await expect(store.write(place('folder/new'), parts('x'))).rejects.toThrow('leads through a link')
    await store.write(place('file'), parts('mine'))
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('hidden')
    expect(readdirSync(folder)).not.toContain('new')
  })

  it('say what is not there', async () => {
    await expect(textOf('none')).rejects.toThrow(
      'The specified key does not exist: none in the local bucket data (ENOENT)',
    )
  })

  it('are listed in the order of their keys, from any key on', async () => {
    for (const key of ['in/b', 'in/a', 'in.x', 'z']) put(key, 'text')
    const keysAfter = async (prefix: string, after: string) =>
      (await Array.fromAsync(store.list({ bucket: 'data', prefix }, after))).flat().map(({ key }) => key)
    expect(await keysAfter('', '')).toEqual(['in.x', 'in/a', 'in/b', 'z'])
    expect(await keysAfter('in/', '')).toEqual(['in/a', 'in/b'])
    expect(await keysAfter('', 'in/a')).toEqual(['in/b', 'z'])
    const [page] = await Array.fromAsync(store.list({ bucket: 'data', prefix: 'z' }, ''))
    expect(page).toMatchObject([{ key: 'z', size: 4, storageClass: 'STANDARD' }])
  })

  it('are written whole or not at all', async () => {
    expect(await store.write(place('new/deep/file'), parts('ab', 'c'))).toBe(3)
    expect(await textOf('new/deep/file')).toBe('abc')
    const broken = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('the run was stopped')
    }
    await expect(store.write(place('new/deep/file'), broken())).rejects.toThrow('the run was stopped')
    expect(await textOf('new/deep/file')).toBe('abc')
    expect(readdirSync(join(folder, 'root'))).toEqual(['data'])
  })
})
