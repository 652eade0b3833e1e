import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AgentRoom, alive } from './agent-room.fake.ts'
import { openTestHost } from './agent-world.ts'
import type { CommandInput } from './contract.ts'

const room = new AgentRoom()
const { checkHealth, key, logs, open, output, prepare, start, startServer, status, statusWhen, stop } = room
afterEach(room.end)

describe('a command', () => {
  it('is carried out once for its key, also when it comes twice at a time or after a restart', async () => {
    const host = await open()
    const command = start({ command: 'sleep 1000', port: 'none', key: 'same' })
    const [first, second] = await Promise.all([host.ok(command), host.ok(command)])
    expect(second).toEqual(first)
    await stop(host)
    await host.restart()
    expect(await host.ok(command)).toEqual(first)
    expect((await status(host)).phase).toBe('stopped')
  })

  it('with the key of another is refused', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none', key: 'same' }))
    expect(await host.failure(start({ command: 'sleep 2000', port: 'none', key: 'same' }))).toMatchObject({
      code: 'host.key_reused',
      kind: 'conflict',
    })
  })

  it.each([
    [{ kind: 'fly', key: 'k' }, 'kind'],
    [{ ...start(), colour: 'blue' }, 'colour'],
    [start({ instance: '../evil' }), 'instance'],
    [start({ folder: '../../etc' }), 'folder'],
    [start({ environment: { PORT: '1' } }), 'environment'],
    [start({ environment: { 'a-b': '1' } }), 'environment'],
    [start({ environment: { A: 'x\0y' } }), 'environment'],
    [start({ secrets: { A: 'plain text' } }), 'secrets'],
    [start({ port: 'none', health: { kind: 'http' } }), 'health'],
    ['no object', 'command'],
  ])('that cannot be is refused: %j', async (command, word) => {
    const host = await open()
    const outcome = await host.agent().run(command as CommandInput)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'host.command_invalid' } })
    expect(JSON.stringify(outcome).toLowerCase()).toContain(word)
  })

  it('comes from a source that may be away, and its outcome goes back to it', async () => {
    const host = await open()
    const reported: unknown[] = []
    const steps: (() => Promise<readonly unknown[]>)[] = [
      () => Promise.reject(new Error('refused')),
      () => Promise.resolve([]),
      () =>
        Promise.resolve([
          { kind: 'hostFacts', key: 'f' },
          { kind: 'nonsense', key: 'n' },
        ]),
    ]
    let refusals = 1
    const done = Promise.withResolvers<void>()
    void host.agent().serve({
      next: (signal) =>
        steps.shift()?.() ??
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('closing')))),
      async report(outcome) {
        if (refusals-- > 0) throw new Error('away')
        reported.push([outcome.key, outcome.ok])
        if (reported.length === 2) done.resolve()
      },
    })
    await done.promise
    expect(reported.toSorted()).toEqual([
      ['f', true],
      ['n', false],
    ])
  })
})

describe('an agent that returns', () => {
  it('adopts what runs, learns how it ends, and starts it again', async () => {
    const host = await open()
    const { port } = await startServer(host)
    await checkHealth(host)
    const before = await status(host)
    await host.restart()
    expect(await status(host)).toMatchObject({ pid: before.pid, port, restarts: 0, phase: 'running' })
    expect(await checkHealth(host)).toMatchObject({ healthy: true, proof: 'socket' })
    await fetch(`http://127.0.0.1:${port}/exit`).catch(() => undefined)
    const after = await statusWhen(host, ({ restarts, phase }) => restarts === 1 && phase === 'running')
    expect(after.lastExit).toMatchObject({ code: 3 })
  })

  it('has what was parked again, on its port, but not what was stopped', async () => {
    const host = await open()
    const { port } = await startServer(host)
    await startServer(host, { instance: 'web-2' })
    await checkHealth(host)
    expect(await stop(host, { park: true })).toMatchObject({ wasRunning: true, killed: false, removed: false })
    await stop(host, { instance: 'web-2' })
    expect(await status(host)).toMatchObject({ phase: 'stopped' })
    await host.restart()
    expect(await checkHealth(host)).toMatchObject({ healthy: true, proof: 'socket' })
    expect(await status(host)).toMatchObject({ phase: 'running', port })
    expect(await status(host, 'web-2')).toMatchObject({ phase: 'stopped' })
  })

  it('only to stop what runs starts nothing, and leaves to the next one what is parked', async () => {
    const host = await open()
    await startServer(host)
    await startServer(host, { instance: 'web-2' })
    await stop(host, { park: true })
    await host.restart({ purpose: 'stop' })
    expect(await status(host)).toMatchObject({ phase: 'stopped' })
    expect(await stop(host, { instance: 'web-2', park: true })).toMatchObject({ wasRunning: true })
    await host.restart()
    for (const name of ['web-1', 'web-2']) expect(await checkHealth(host, name)).toMatchObject({ healthy: true })
  })

  it('waits for the port of what it brings back, and says who has to give it free', async () => {
    const host = await open()
    const { port } = await startServer(host)
    await stop(host, { park: true })
    await host.agent().close()
    const squatter = createServer().listen(port, '127.0.0.1')
    await once(squatter, 'listening')
    await host.restart()
    expect(await status(host)).toMatchObject({ phase: 'starting', portTaken: true })
    expect(host.lines.filter((line) => line.includes('somebody else has its port'))).toHaveLength(1)
    squatter.close()
    expect(await checkHealth(host)).toMatchObject({ healthy: true, proof: 'socket' })
    expect((await status(host)).portTaken).toBeUndefined()
  })

  it('learns what ended while there was none', async () => {
    const host = await open()
    const { port } = await startServer(host, { restart: { policy: 'never' } })
    await checkHealth(host)
    const { pid = 0 } = await status(host)
    await host.agent().close()
    await fetch(`http://127.0.0.1:${port}/exit`).catch(() => undefined)
    await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 120_000, interval: 20 })
    await host.restart()
    const found = await statusWhen(host, ({ phase }) => phase !== 'running')
    expect(found).toMatchObject({ phase: 'ended', lastExit: { code: 3, reason: 'exited' } })
  })

  it('goes on with a stop', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1e6); console.log('up')`,
    )
    await host.ok(start({ workingCopy, port: 'none' }))
    await output(host, 'up')
    const stopping = host.agent().run({ kind: 'stopInstance', key: 'stop', instance: 'web-1', killMs: 400 })
    await output(host, 'no')
    await host.restart()
    expect(await stopping).toMatchObject({ ok: false, failure: { retryable: true } })
    const again = await host.ok({ kind: 'stopInstance', key: 'stop', instance: 'web-1', killMs: 400 })
    expect(again).toMatchObject({ killed: true })
    expect((await logs(host)).text.match(/no/g)).toHaveLength(1)
  })

  it('ends what has its marker and no record', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none' }))
    const { pid = 0 } = await statusWhen(host, ({ pid }) => pid !== undefined)
    await host.agent().close()
    const { rmSync } = await import('node:fs')
    rmSync(join(host.folder, 'instances/web-1'), { recursive: true })
    await host.restart()
    await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 120_000, interval: 20 })
    expect(host.lines.join('\n')).toContain('a process without a record is ended')
  })

  it('leaves the processes of a damaged record alone, and says so', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none' }))
    const { pid = 0 } = await statusWhen(host, ({ pid }) => pid !== undefined)
    const file = join(host.folder, 'instances/web-1/record.json')
    const text = readFileSync(file, 'utf8')
    await host.agent().close()
    const { writeFileSync } = await import('node:fs')
    writeFileSync(file, text.slice(0, 100))
    await host.restart()
    expect(await host.failure({ kind: 'instanceStatus', key: key(), instance: 'web-1' })).toMatchObject({
      code: 'host.folder_damaged',
    })
    expect(await host.failure(start({ command: 'sleep 1000', port: 'none' }))).toMatchObject({
      code: 'host.folder_damaged',
    })
    expect(alive(pid)).toBe(true)
    writeFileSync(file, text)
    await host.restart()
    expect(await status(host)).toMatchObject({ phase: 'running', pid })
  })

  it('is refused while another one runs in the folder', async () => {
    const host = await open()
    await expect(openTestHost({ folder: host.folder })).rejects.toThrow('in use')
  })
})
