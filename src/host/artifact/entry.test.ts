import { describe, expect, it } from 'vitest'
import { SafeTree, type TreeEntry } from './entry.ts'

const limits = { bytes: 1000, files: 100 }
const file = (path: string, bytes = 1): TreeEntry => ({ path, type: 'file', bytes })
const folder = (path: string): TreeEntry => ({ path, type: 'folder', bytes: 0 })
const link = (path: string, target: string): TreeEntry => ({ path, type: 'link', bytes: 0, target })
const hardLink = (path: string, target: string): TreeEntry => ({ path, type: 'hard-link', bytes: 0, target })

function check(entries: readonly TreeEntry[], strip = 0): SafeTree {
  const tree = new SafeTree(limits, strip)
  for (const entry of entries) tree.add(entry)
  tree.finish()
  return tree
}

describe('a tree that stays inside', () => {
  it.each<[string, TreeEntry[]]>([
    ['plain files', [folder('a'), file('a/b'), file('./c')]],
    ['a link beside', [file('a'), link('b', 'a')]],
    ['a link up and down again', [file('lib/x'), link('bin/x', '../lib/x')]],
    ['a link to a folder of the root', [folder('a'), link('a/up', '..')]],
    [
      'a link over a link, as workspaces have them',
      [
        file('packages/foo/bin.js'),
        link('node_modules/foo', '../packages/foo'),
        link('node_modules/.bin/foo', '../foo/bin.js'),
      ],
    ],
    ['a link to nowhere inside', [link('a', 'missing/file')]],
    ['a hard link to a file', [file('a'), hardLink('b', 'a')]],
    ['a file told twice', [file('a'), file('a')]],
    ['names that only look like leaving', [file('..a/b..'), file('a/...')]],
  ])('is accepted: %s', (_, entries) => {
    expect(check(entries).files).toBe(entries.length)
  })

  it('is counted', () => {
    expect(check([file('a', 500), file('b', 500)])).toMatchObject({ bytes: 1000, files: 2 })
  })

  it('is judged as it will lie, without what is stripped', () => {
    expect(check([folder('package'), file('package/a'), link('package/b', 'a')], 1).files).toBe(3)
    expect(() => check([file('package/a'), link('package/b', '../a')], 1)).toThrow('out of the artifact')
    expect(check([file('package/a'), hardLink('package/b', 'package/a')], 1).files).toBe(2)
  })
})

describe('a hostile tree', () => {
  it.each<[string, TreeEntry[], string]>([
    ['leads up', [file('../evil')], 'leads out'],
    ['leads up in the middle', [file('a/../../evil')], 'leads out'],
    ['leads up even if it comes back', [file('a/../b')], 'leads out'],
    ['is absolute', [file('/etc/passwd')], 'absolute'],
    ['has a NUL', [file('a\0b')], 'no path'],
    ['has a backslash', [file('..\\evil')], 'no path'],
    ['is too deep', [file(`${'a/'.repeat(101)}b`)], 'deeper'],
    ['is too long', [file('a'.repeat(4000))], 'no path'],
    ['has a device', [{ path: 'dev', type: 'other', bytes: 0 }], 'neither file'],
    ['links to an absolute path', [link('a', '/etc')], 'link out'],
    ['links up', [link('a', '..')], 'link out'],
    ['links up from below', [link('a/b', '../../x')], 'link out'],
    ['links nowhere', [link('a', '')], 'link to nowhere'],
    ['has a NUL in a link', [link('a', 'b\0c')], 'link to nowhere'],
    ['writes through a link', [link('a', 'b'), folder('b'), file('a/c')], 'behind the link'],
    ['writes through a link that comes later', [file('a/c'), link('a', 'b')], 'behind the link'],
    ['replaces a link by a file', [link('a', 'b'), file('a')], 'replaces a link'],
    [
      'escapes over two links that are harmless alone',
      [folder('a'), link('a/up', '..'), link('b', 'a/up/../x')],
      'link out',
    ],
    ['goes round in a circle', [link('a', 'b/x'), link('b', 'a/x')], 'circle'],
    ['hard links outside', [hardLink('a', '../../etc/passwd')], 'leads out'],
    ['hard links to an absolute path', [hardLink('a', '/etc/passwd')], 'absolute'],
    ['hard links to what is not there', [hardLink('a', 'b')], 'no file'],
    ['hard links to a link', [link('b', 'c'), hardLink('a', 'b')], 'no file'],
  ])('is refused when it %s', (_, entries, message) => {
    expect(() => check(entries)).toThrow(message)
    expect(() => check(entries)).toThrow(expect.objectContaining({ code: 'host.artifact_unsafe', retryable: false }))
  })

  it('is refused when it is too large, or has too many files', () => {
    expect(() => check([file('a', 600), file('b', 600)])).toThrow('more than 1000 bytes')
    expect(() => check(Array.from({ length: 101 }, (_, i) => file(`f${i}`, 0)))).toThrow('more than 100 files')
  })
})
