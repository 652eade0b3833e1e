import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { countOf, openMemoryGroups } from './groups.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** Folders and files where a kernel would have its own. */
function mount(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  roots.push(root)
  mkdirSync(join(root, 'memory'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  return root
}

it('uses version 2 where the memory controller is handed down', () => {
  const root = mount({ 'cgroup.subtree_control': 'cpu memory pids\n' })
  const groups = openMemoryGroups(root, 'h')
  expect(groups.kind).toBe('cgroup2')
  expect(groups.create('web.t', 2 ** 20)).toBe(join(root, 'holdfast-h/web.t/cgroup.procs'))
  expect(readFileSync(join(root, 'holdfast-h/web.t/memory.max'), 'utf8')).toBe('1048576')
  expect(readFileSync(join(root, 'holdfast-h/cgroup.subtree_control'), 'utf8')).toBe('+memory')
  expect(groups.list()).toEqual(['web.t'])
  expect(groups.wasOutOfMemory('web.t')).toBe(false)
  writeFileSync(join(root, 'holdfast-h/web.t/memory.events'), 'low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\n')
  expect(groups.wasOutOfMemory('web.t')).toBe(true)
})

it('uses version 1 where that is mounted', () => {
  const root = mount({ 'cgroup.subtree_control': 'cpu\n', 'memory/memory.limit_in_bytes': '1' })
  const groups = openMemoryGroups(root, 'h')
  expect(groups.kind).toBe('cgroup1')
  expect(groups.create('web.t', 2 ** 20)).toBe(join(root, 'memory/holdfast-h/web.t/cgroup.procs'))
  expect(readFileSync(join(root, 'memory/holdfast-h/web.t/memory.limit_in_bytes'), 'utf8')).toBe('1048576')
  expect(groups.wasOutOfMemory('unknown')).toBe(false)
  expect(() => groups.remove('unknown')).not.toThrow()
  expect(() => groups.close()).not.toThrow()
})

it('watches where there is neither', () => {
  const groups = openMemoryGroups(mount({}), 'h')
  expect(groups.kind).toBe('watched')
  expect(groups.create('web.t', 1)).toBeUndefined()
  expect(groups.list()).toEqual([])
})

it('counts kills and nothing else', () => {
  expect(countOf('oom 3\noom_kill 2\n')).toBe(2)
  expect(countOf('oom_kill_disable 0\nunder_oom 0\noom_kill 1')).toBe(1)
  expect(countOf(undefined)).toBe(0)
})
