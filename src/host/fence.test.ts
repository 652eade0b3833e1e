import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openTestHost, type TestHost, type TestHostOptions } from './agent-world.ts'
import type { CommandInput } from './contract.ts'
import { diskFiles } from './machine/files.ts'
import { openMachine } from './machine/open.ts'

const hosts: TestHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end()
})
async function open(options?: TestHostOptions): Promise<TestHost> {
  const host = await openTestHost(options)
  hosts.push(host)
  return host
}

const address = { project: 'acme/shop', config: 'production', release: 'dep_1' }
const under = (term: number) => ({ fence: { scope: 'dep_1', term } })
type Start = Extract<CommandInput, { kind: 'startInstance' }>
const start = (key: string, members: Partial<Start> = {}): Start => ({
  ...{ kind: 'startInstance', key, ...address, service: 'web', instance: 'web-1', port: 'none', command: 'sleep 1000' },
  ...members,
})
const stop = (key: string, members: object = {}) =>
  ({ kind: 'stopInstance', key, instance: 'web-1', remove: true, ...members }) as const
const list = async (host: TestHost, key: string) =>
  (await host.ok({ kind: 'listInstances', key })).instances.map(({ instance }) => instance)

describe('a term', () => {
  it('that is over makes nothing, however late the start comes, also at the next agent', async () => {
    const host = await open()
    await host.ok(start('d/start', under(1)))
    await host.ok(stop('d/start/undo', under(2)))
    const late = await host.failure(start('another key', { ...under(1) }))
    expect(late).toMatchObject({ code: 'host.term_over', kind: 'conflict', retryable: false })
    await host.restart()
    expect(await host.failure(start('a third', { ...under(1) }))).toMatchObject({ code: 'host.term_over' })
    expect(await list(host, 'l')).toEqual([])
  })

  it('stops an instance that was never made, and keeps it from being made', async () => {
    const host = await open()
    expect(await host.ok(stop('d/start/undo', under(2)))).toMatchObject({ wasRunning: false })
    expect(await host.failure(start('d/start', under(1)))).toMatchObject({ code: 'host.term_over' })
    expect(await list(host, 'l')).toEqual([])
  })

  it('is of its scope: another fleet goes on', async () => {
    const host = await open()
    await host.ok(stop('s', under(5)))
    await host.ok(start('t', { fence: { scope: 'dep_2', term: 1 } }))
    await host.ok(start('u', { instance: 'web-2' }))
    expect(await list(host, 'l')).toEqual(['web-1', 'web-2'])
  })
})

describe('a key that comes again', () => {
  it('answers its success under any term, without doing it again', async () => {
    const host = await open()
    const first = await host.ok(start('k', under(1)))
    await host.ok(stop('k/undo', under(3)))
    expect(await host.ok(start('k', under(1)))).toEqual(first)
    expect(await host.ok(start('k', under(2)))).toEqual(first)
    await host.restart()
    expect(await host.ok(start('k', under(1)))).toEqual(first)
    expect(await list(host, 'l')).toEqual([])
  })

  it('raises the term, also when it is only answered', async () => {
    const host = await open()
    await host.ok(start('k', under(1)))
    await host.ok(start('k', under(4)))
    expect(await host.failure(stop('s', under(3)))).toMatchObject({ code: 'host.term_over' })
  })

  it('tries again what failed, as long as its term holds', async () => {
    const host = await open()
    const path = host.app('file', 'x')
    const prepare = {
      kind: 'prepareArtifact',
      key: 'k',
      ...address,
      artifact: { kind: 'folder', path: `${path}-2` },
    } as const
    expect(await host.failure({ ...prepare, ...under(1) })).toMatchObject({ code: 'host.artifact_missing' })
    host.app('file', 'x', 'app-2')
    await host.ok(stop('s', under(3)))
    expect(await host.failure({ ...prepare, ...under(2) })).toMatchObject({ code: 'host.artifact_missing' })
    expect(await host.ok({ ...prepare, ...under(3) })).toMatchObject({ reused: false, files: 1 })
  })

  it('is another command when more differs than the term', async () => {
    const host = await open()
    await host.ok(start('k', under(1)))
    expect(await host.failure(start('k', { ...under(1), command: 'sleep 1' }))).toMatchObject({
      code: 'host.key_reused',
    })
    expect(await host.failure(start('k', { fence: { scope: 'dep_2', term: 1 } }))).toMatchObject({
      code: 'host.key_reused',
    })
  })

  it('while it is under way joins it, which goes on under the higher term', async () => {
    const host = await open()
    const path = host.app('file', 'x')
    const gate = join(path, 'go')
    const prepare = {
      kind: 'prepareArtifact',
      key: 'k',
      ...address,
      artifact: { kind: 'folder', path },
      build: { command: `until [ -e ${gate} ]; do sleep 0.02; done` },
    } as const
    const first = host.agent().run({ ...prepare, ...under(1) })
    await vi.waitFor(() => expect(readdirSync(join(host.folder, 'copies')).join()).toContain('.build'), 120_000)
    const second = host.agent().run({ ...prepare, ...under(2) })
    host.app('go', '')
    const [one, two] = await Promise.all([first, second])
    expect(one).toMatchObject({ ok: true, result: { reused: false } })
    expect(two).toEqual(one)
  })
})

describe('a working copy', () => {
  const prepare = (path: string, members: object = {}) =>
    ({ kind: 'prepareArtifact', key: 'p', ...address, artifact: { kind: 'folder', path }, ...members }) as const
  const copies = (host: TestHost) => readdirSync(join(host.folder, 'copies')).filter((name) => !name.endsWith('.build'))

  it('is removed, unless an instance uses it; and again, which changes nothing', async () => {
    const host = await open()
    const { workingCopy } = await host.ok(prepare(host.app('file', 'x')))
    await host.ok(start('s', { workingCopy }))
    expect(await host.ok({ kind: 'removeCopy', key: 'r1', workingCopy })).toEqual({
      removed: false,
      workingCopies: [],
      usedBy: ['web-1'],
    })
    expect(copies(host)).toHaveLength(2)
    await host.ok(stop('t'))
    const removed = { removed: true, workingCopies: [workingCopy], usedBy: [] }
    expect(await host.ok({ kind: 'removeCopy', key: 'r2', workingCopy })).toEqual(removed)
    expect(copies(host)).toEqual([])
    expect(await host.ok({ kind: 'removeCopy', key: 'r3', workingCopy })).toMatchObject({ removed: false })
    expect(await host.ok({ kind: 'removeCopy', key: 'r2', workingCopy })).toEqual(removed)
  })

  it('is found by its release when nobody was told its name', async () => {
    const host = await open()
    const { workingCopy } = await host.ok(prepare(host.app('file', 'x')))
    const other = await host.ok(prepare(host.app('file', 'x'), { key: 'p2', release: 'dep_2' }))
    expect(await host.ok({ kind: 'removeCopy', key: 'r', of: address })).toMatchObject({ workingCopies: [workingCopy] })
    expect(copies(host).join()).toContain(other.workingCopy)
    expect(await host.failure({ kind: 'removeCopy', key: 'x', of: address, workingCopy })).toMatchObject({
      code: 'host.command_invalid',
      message: expect.stringContaining('either "workingCopy" or "of"'),
    })
  })

  it('whose build is under way when somebody takes over is given up at once, with all it started', async () => {
    const host = await open()
    const path = host.app('file', 'x')
    const preparing = host.agent().run(prepare(path, { ...under(1), build: { command: 'sleep 1000 & sleep 1000' } }))
    await vi.waitFor(() => expect(readdirSync(join(host.folder, 'copies')).join()).toContain('.build'), 120_000)
    expect(await host.ok({ kind: 'removeCopy', key: 'r', of: address, ...under(2) })).toMatchObject({ removed: false })
    expect(await preparing).toMatchObject({ ok: false, failure: { code: 'host.term_over' } })
    expect(copies(host)).toEqual([])
    expect(await list(host, 'l')).toEqual([])
  })
})

it('a working copy whose build has not begun when somebody takes over is not built', async () => {
  let takeOver = (): void => {}
  const write = (path: string, text: string): void => {
    diskFiles.write(path, text)
    // The artifact is here; its copy is made next, and then built.
    if (path.includes('/artifacts/')) takeOver()
  }
  const host = await open({ machine: { ...openMachine(process.platform), files: { ...diskFiles, write } } })
  let removing: Promise<unknown> | undefined
  takeOver = () => {
    removing ??= host.ok({ kind: 'removeCopy', key: 'r', of: address, ...under(2) })
  }
  const mark = join(host.folder, 'built')
  const artifact = { kind: 'folder', path: host.app('file', 'x') } as const
  const build = { command: `touch '${mark}'; sleep 5` }
  const preparing = host.agent().run({ kind: 'prepareArtifact', key: 'p', ...address, artifact, build, ...under(1) })
  expect(await preparing).toMatchObject({ ok: false, failure: { code: 'host.term_over' } })
  expect(await removing).toMatchObject({ removed: false })
  expect(existsSync(mark)).toBe(false)
  expect(readdirSync(join(host.folder, 'copies')).filter((name) => !name.endsWith('.build'))).toEqual([])
})

it('a full disk holds up no stop, whatever its term', async () => {
  const machine = openMachine(process.platform)
  let isFull = false
  const write = (path: string, text: string): void => {
    if (isFull && !path.includes('outcomes')) throw Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' })
    diskFiles.write(path, text)
  }
  const host = await open({ machine: { ...machine, files: { ...diskFiles, write } } })
  await host.ok(start('s', under(1)))
  isFull = true
  expect(await host.ok(stop('t', { ...under(2), remove: false }))).toMatchObject({ wasRunning: true })
  expect(await host.failure(start('u', { ...under(1), instance: 'web-2' }))).toMatchObject({ code: 'host.term_over' })
  isFull = false
  await host.restart()
  expect(await host.failure(start('v', { ...under(1), instance: 'web-2' }))).toMatchObject({ code: 'host.term_over' })
})
