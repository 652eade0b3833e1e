import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { prepareFolder } from './folder.ts'
import { type FolderLock, lockFolder } from './lock.ts'
import { isAlive, processStart, thisProcess } from './process.ts'

const self = { pid: process.pid, host: hostname(), command: 'holdfast up --port 7400' }
const nowMs = Date.UTC(2026, 0, 1)

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function lock(folder: string): FolderLock {
  const held = lockFolder(folder, self, nowMs)
  undo.push(() => held.release())
  return held
}

/** Another process that tries to hold the folder, and what it said. */
async function otherProcess(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'holder.fixture.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  undo.push(() => end(child))
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, said: text.toString().trim() }
}

async function end(child: ChildProcess, how: 'politely' | 'SIGKILL' = 'politely'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  if (how === 'SIGKILL') child.kill('SIGKILL')
  else child.stdin?.end()
  await gone
}

describe('a folder that another process holds', () => {
  it('is refused with the name of the process, and free again when that ends', async () => {
    const folder = newFolder()
    const { child, said } = await otherProcess(folder)
    expect(said).toBe('held')
    const owner = `process ${child.pid} on ${hostname()}, started 2026-01-02T00:00:00.000Z: `
    expect(() => lock(folder)).toThrow(`The data folder ${folder} is in use by ${owner}${process.execPath}`)
    expect(() => lock(folder)).toThrow('holder.fixture.ts')
    await end(child)
    lock(folder)
  })

  it('is free at once after kill -9, whatever name was left behind', async () => {
    const folder = newFolder()
    const { child } = await otherProcess(folder)
    await end(child, 'SIGKILL')
    expect(existsSync(join(folder, 'owner.json'))).toBe(true)
    lock(folder)
    expect(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid })
  })

  it('refuses the other way round too', async () => {
    const folder = newFolder()
    lock(folder)
    const { said } = await otherProcess(folder)
    expect(said).toBe('store.folder_in_use')
  })

  it('is not mistaken for one whose name names a dead or a different process', async () => {
    const folder = newFolder()
    const { child } = await otherProcess(folder)
    const file = join(folder, 'owner.json')
    const named = JSON.parse(readFileSync(file, 'utf8')) as object
    const unnamed = 'in use by another process that has not written its name yet'

    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(dead, 'exit')
    writeFileSync(file, JSON.stringify({ ...named, pid: dead.pid }))
    expect(() => lock(folder)).toThrow(unnamed)

    const reused = JSON.stringify({ ...named, processStart: '1' })
    for (const text of [reused, '', '{"pid":', '[]', 'null', '{"pid":"1"}']) {
      writeFileSync(file, text)
      expect(() => lock(folder)).toThrow(unnamed)
    }
    writeFileSync(file, JSON.stringify({ ...named, host: 'elsewhere', pid: dead.pid }))
    expect(() => lock(folder)).toThrow(`in use by process ${dead.pid} on elsewhere`)
    await end(child)
  })
})

describe('a folder held by this process', () => {
  it('is refused to a second holder here, and keeps refusing after that', () => {
    const folder = newFolder()
    lock(folder)
    expect(() => lock(folder)).toThrow('in use by process')
    expect(() => lock(folder)).toThrow('in use by process')
  })

  it('loses its name with its lock', () => {
    const folder = newFolder()
    const held = lock(folder)
    held.release()
    held.release()
    expect(existsSync(join(folder, 'owner.json'))).toBe(false)
    lock(folder)
  })
})

describe.skipIf(process.platform === 'win32')('making a folder private', () => {
  it('closes its own and empty folders', () => {
    const folder = newFolder()
    chmodSync(folder, 0o755)
    prepareFolder(folder)
    lock(folder).release()
    chmodSync(folder, 0o755)
    prepareFolder(folder)
  })

  it('leaves a folder alone that is open to others and holds something else', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'letter.txt'), 'dear')
    chmodSync(folder, 0o755)
    expect(() => prepareFolder(folder)).toThrow(
      `${folder} is open to other users and holds files that are not Holdfast's`,
    )
  })

  it('says so when the folder cannot be made', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    expect(() => prepareFolder(join(file, 'data'))).toThrow('cannot be made or written: a file stands in its way')
    expect(() => prepareFolder(file)).toThrow('cannot be made or written: there is a file of that name')
  })
})

it.skipIf(process.platform !== 'linux')('does not try for ever where the folder above takes none', () => {
  expect(() => prepareFolder('/proc/holdfast/data')).toThrow('the folder above it takes none')
})

describe('process names', () => {
  it('know a living process and its start', () => {
    expect(isAlive(process.pid)).toBe(true)
    expect(thisProcess().pid).toBe(process.pid)
    expect(processStart(process.pid) ?? '').toMatch(process.platform === 'linux' ? /^\d+$/ : /^$/)
  })
})
