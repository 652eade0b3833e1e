import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestHost, type TestHost } from '../agent-world.ts'
import type { CommandInput } from '../contract.ts'

type RunInput = Extract<CommandInput, { kind: 'runCommand' }>

let host: TestHost
let notes: string
let workingCopy: string

beforeEach(async () => {
  host = await openTestHost({ environment: { DATABASE: 'postgres://secret' } })
  notes = mkdtempSync(join(tmpdir(), 'holdfast-command-'))
  const folder = host.app('schema.sql', 'CREATE TABLE orders')
  const artifact = { kind: 'folder' as const, path: folder }
  const address = { project: 'acme/shop', config: 'production', release: 'dep_1' }
  const prepared = await host.ok<'prepareArtifact'>({ kind: 'prepareArtifact', key: 'p', ...address, artifact })
  workingCopy = prepared.workingCopy
})
afterEach(async () => {
  await host.end()
  rmSync(notes, { recursive: true, force: true })
})

const order = (key: string, command: string, more: Partial<RunInput> = {}): RunInput => ({
  kind: 'runCommand',
  key,
  workingCopy,
  command,
  ...more,
})
const run = (key: string, command: string, more: Partial<RunInput> = {}) =>
  host.ok<'runCommand'>(order(key, command, more))

/** The file is there: told by the folder, not looked for. */
function appeared(name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(notes, () => {
      if (existsSync(join(notes, name))) done()
    })
    const done = (): void => {
      watcher.close()
      resolve()
    }
    if (existsSync(join(notes, name))) done()
  })
}

describe('a command in a working copy', () => {
  it('finds the files of the release, its environment and its secrets, and answers its last lines', async () => {
    const ran = await run(
      'a',
      'cat schema.sql; echo; echo $HOLDFAST_RELEASE $STAGE $DB; ls -d $HOLDFAST_DATA >/dev/null',
      {
        environment: { STAGE: 'live' },
        secrets: { DB: 'env:DATABASE' },
        service: 'web',
      },
    )
    expect(ran).toMatchObject({ how: 'exited', code: 0 })
    expect(ran.output).toBe('CREATE TABLE orders\ndep_1 live ***\n')
  })

  it('answers how it ended, which is no failure', async () => {
    expect(await run('a', 'echo no such table >&2; exit 3')).toMatchObject({
      how: 'exited',
      code: 3,
      output: 'no such table\n',
    })
    expect(await run('b', 'kill -9 $$; sleep 60')).toMatchObject({ how: 'exited', code: 137 })
    expect((await run('c', 'seq 1 100', { lines: 2 })).output).toBe('99\n100\n')
  })

  it('runs once under one key, also over a restart of the agent', async () => {
    const count = `echo x >> ${notes}/runs`
    const first = await run('a', count)
    expect(await run('a', count)).toEqual(first)
    await host.restart()
    expect(await run('a', count)).toEqual(first)
    expect(readFileSync(join(notes, 'runs'), 'utf8')).toBe('x\n')
    await run('b', count)
    expect(readFileSync(join(notes, 'runs'), 'utf8')).toBe('x\nx\n')
  })

  it('is killed when its time is over', async () => {
    const ran = await run('a', `echo begun; sleep 60`, { timeoutMs: 300 })
    expect(ran).toMatchObject({ how: 'timed-out', output: 'begun\n' })
  })

  it('is ended by whoever has a higher term, and keeps its files until then', async () => {
    const fence = { scope: 'dep_1', term: 1 }
    const running = host.failure(order('a', `touch ${notes}/begun; sleep 60`, { fence }))
    await appeared('begun')
    const removed = await host.ok<'removeCopy'>({
      kind: 'removeCopy',
      key: 'r',
      fence: { scope: 'dep_1', term: 2 },
      workingCopy,
    })
    expect(await running).toMatchObject({ code: 'host.term_over' })
    expect(removed.workingCopies).toEqual([workingCopy])
    expect(await host.failure(order('b', 'true'))).toMatchObject({ code: 'host.copy_missing' })
  })

  it('is not begun again when its agent ended in the middle, unless it may be run twice', async () => {
    const once = order('once', `echo x >> ${notes}/once; touch ${notes}/begun; sleep 60`)
    void host.agent().run(once)
    await appeared('begun')
    await host.restart()
    expect(await host.failure(once)).toMatchObject({ code: 'host.command_lost', kind: 'conflict' })
    expect(readFileSync(join(notes, 'once'), 'utf8')).toBe('x\n')

    const again = order('again', `test -e ${notes}/first || { touch ${notes}/first; sleep 60; }`, { repeatable: true })
    void host.agent().run(again)
    await appeared('first')
    await host.restart()
    expect(await host.ok<'runCommand'>(again)).toMatchObject({ how: 'exited', code: 0 })
  })

  it('that is not there ends with the code of the shell', async () => {
    expect(await run('a', 'no-such-program')).toMatchObject({ how: 'exited', code: 127 })
  })

  it('without its secret is not begun', async () => {
    const missing = order('a', 'true', { secrets: { DB: 'env:NOWHERE' } })
    expect(await host.failure(missing)).toMatchObject({ code: 'host.secret_missing', place: 'secrets.DB' })
  })
})
