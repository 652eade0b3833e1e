import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AgentRoom, alive, server } from './agent-room.fake.ts'

const room = new AgentRoom()
const { checkHealth, key, logs, open, output, prepare, start, startServer, status, statusWhen, stop } = room
afterEach(room.end)

describe('an instance', () => {
  it('runs its release on a port of its own and is proven healthy by its socket', async () => {
    const host = await open()
    const started = await startServer(host, {
      environment: { COLOUR: 'blue' },
      dataFolder: true,
    })
    const health = await checkHealth(host)
    expect(health).toMatchObject({ healthy: true, proof: 'socket', successes: 3, release: 'r1', address: '127.0.0.1' })
    const environment = await (await fetch(`http://127.0.0.1:${started.port}/`)).json()
    expect(environment).toMatchObject({
      COLOUR: 'blue',
      PORT: String(started.port),
      HOLDFAST_RELEASE: 'r1',
      HOLDFAST_PROJECT: 'acme/shop',
      HOLDFAST_INSTANCE: 'web-1',
      HOLDFAST_DATA: join(host.folder, 'data/acme+shop/production/web'),
    })
    expect(statSync(join(host.folder, 'data/acme+shop/production/web')).isDirectory()).toBe(true)
    const found = await status(host)
    expect(found).toMatchObject({ phase: 'running', restarts: 0, port: started.port })
    expect(found.memoryBytes).toBeGreaterThan(1_000_000)
    await host.ok({ kind: 'hostFacts', key: key() })
    expect(await stop(host)).toMatchObject({ wasRunning: true, killed: false, exit: { code: 0, reason: 'stopped' } })
    expect(alive(found.pid ?? 0)).toBe(false)
    expect((await logs(host)).text).toContain('listening\ndraining')
    expect((await status(host)).phase).toBe('stopped')
  })

  it('sees nothing of the agent’s own environment', async () => {
    const host = await open({ environment: { HOLDFAST_TOKEN: 'hf_agent', AWS_SECRET_ACCESS_KEY: 'aws' } })
    const { port } = await startServer(host)
    await checkHealth(host)
    const text = await (await fetch(`http://127.0.0.1:${port}/`)).text()
    expect(text).not.toContain('hf_agent')
    expect(text).not.toContain('AWS_')
  })

  it('is started again when it ends, on the same port', async () => {
    const host = await open()
    const { port } = await startServer(host)
    await checkHealth(host)
    await fetch(`http://127.0.0.1:${port}/exit`).catch(() => undefined)
    const again = await statusWhen(host, ({ restarts, phase }) => restarts === 1 && phase === 'running')
    expect(again).toMatchObject({ port, lastExit: { code: 3, reason: 'exited' } })
    expect(await checkHealth(host)).toMatchObject({ healthy: true })
  })

  it('is killed when it does not end in time, with all it started', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `const { spawn } = require('node:child_process')
       process.on('SIGTERM', () => console.log('no'))
       const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("child", process.pid)'], { stdio: 'inherit' })
       setInterval(() => {}, 1e6)`,
    )
    await host.ok(start({ workingCopy, port: 'none' }))
    const text = await output(host, 'child')
    const child = Number(/child (\d+)/.exec(text)?.[1])
    const { pid = 0 } = await status(host)
    expect([pid, child].map(alive)).toEqual([true, true])
    // It never ends by itself, however long this is.
    const stopped = await stop(host, { killMs: 300 })
    expect(stopped).toMatchObject({ killed: true, exit: { signal: 'SIGKILL', reason: 'stopped' } })
    // What was killed is gone a moment later: when that is, is the system's affair.
    await vi.waitFor(() => expect([pid, child].map(alive)).toEqual([false, false]), { timeout: 120_000, interval: 20 })
  })

  it('leaves nothing of a wrapper that does not pass signals on', async () => {
    const host = await open()
    const { workingCopy } = await prepare(host, server)
    await host.ok(start({ workingCopy, command: 'node app.cjs; echo after', health: { kind: 'http', intervalMs: 20 } }))
    expect(await checkHealth(host)).toMatchObject({ healthy: true, proof: 'socket' })
    expect(await stop(host)).toMatchObject({ killed: false })
    expect((await logs(host)).text).toContain('draining')
  })

  it('gets the stop signal of its specification, which a shell’s child would not hear', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `process.on('SIGINT', () => { console.log('interrupted'); process.exit(7) }); setInterval(() => {}, 1e6); console.log('up')`,
    )
    await host.ok(start({ workingCopy, port: 'none', stop: { signal: 'SIGINT' } }))
    await output(host, 'up')
    expect(await stop(host)).toMatchObject({ killed: false, exit: { code: 7 } })
  })

  it('that cannot start says why, and is a crash loop soon', async () => {
    const host = await open()
    await host.ok(start({ command: ['./missing'], port: 'none', restart: { firstDelayMs: 1 } }))
    const report = await checkHealth(host)
    expect(report).toMatchObject({ healthy: false, reason: 'crash-loop', final: true })
    expect(report.detail).toContain('code 127')
    expect(report.detail).toContain('missing')
    expect(await status(host)).toMatchObject({ phase: 'crash-looping', lastExit: { code: 127 } })
  })

  it('in a crash loop shows its last words, once', async () => {
    const host = await open()
    const { workingCopy } = await prepare(host, `throw new Error('no database')`)
    await host.ok(start({ workingCopy, restart: { firstDelayMs: 1 }, health: { kind: 'http', intervalMs: 20 } }))
    const report = await checkHealth(host)
    expect(report).toMatchObject({ healthy: false, reason: 'crash-loop', final: true })
    expect(report.detail.split('Error: no database')).toHaveLength(2)
  })

  it('that was started again after a crash tells its last words until it is healthy', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `const { existsSync, writeFileSync } = require('node:fs')
if (!existsSync('begun')) { writeFileSync('begun', ''); throw new Error('no database') }
require('node:http').createServer((_, response) => { response.statusCode = 503; response.end() }).listen(process.env.PORT)`,
    )
    await host.ok(start({ workingCopy, restart: { firstDelayMs: 1 }, health: { kind: 'http', intervalMs: 20 } }))
    await statusWhen(host, ({ restarts, phase }) => restarts === 1 && phase === 'running')
    const report = await checkHealth(host, 'web-1', { withinMs: 0 })
    expect(report).toMatchObject({ healthy: false, detail: expect.stringContaining('no database') })
  })

  it('that never becomes healthy is told so in time', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `require('node:http').createServer((_, response) => { response.statusCode = 503; response.end() }).listen(process.env.PORT)`,
    )
    await host.ok(start({ workingCopy, health: { kind: 'http', intervalMs: 20 } }))
    const report = await checkHealth(host, 'web-1', { withinMs: 1500 })
    expect(report).toMatchObject({ healthy: false, final: false, successes: 0 })
    expect(['status', 'not-listening']).toContain(report.reason)
  })

  it('stopped can be started again with the same specification, and with no other', async () => {
    const host = await open()
    const { workingCopy, port } = await startServer(host)
    await stop(host)
    const again = start({ ...(workingCopy !== undefined && { workingCopy }), health: { kind: 'http', intervalMs: 20 } })
    expect(await host.failure({ ...again, key: key(), command: 'node other.cjs' })).toMatchObject({
      code: 'host.instance_exists',
    })
    expect(await host.ok(again)).toMatchObject({ phase: 'running', port })
    expect(await checkHealth(host)).toMatchObject({ healthy: true })
  })

  it('that is not there can be stopped as often as one likes, but not looked at', async () => {
    const host = await open()
    expect(await stop(host)).toMatchObject({ wasRunning: false, removed: false })
    expect(await host.failure({ kind: 'instanceStatus', key: key(), instance: 'web-1' })).toMatchObject({
      code: 'host.instance_missing',
      kind: 'missing',
    })
  })

  it('is removed with its folder, and its port rests', async () => {
    const host = await open()
    const { port } = await startServer(host)
    expect(await stop(host, { remove: true })).toMatchObject({ removed: true })
    expect(readdirSync(join(host.folder, 'instances'))).toEqual([])
    expect(await host.ok({ kind: 'hostFacts', key: key() })).toMatchObject({ ports: { inUse: 0, quarantined: 1 } })
    const next = await startServer(host, { instance: 'web-2' })
    expect(next.port).not.toBe(port)
    await host.restart()
    expect(await host.ok({ kind: 'hostFacts', key: key() })).toMatchObject({ ports: { quarantined: 1 } })
  })

  it('tells what all of its processes use, where that is asked of many at once', async () => {
    const host = await open()
    await startServer(host)
    await startServer(host, { instance: 'web-2' })
    await stop(host, { instance: 'web-2' })
    const { instances } = await host.ok({ kind: 'listInstances', key: key(), memory: true })
    expect(instances).toMatchObject([{ instance: 'web-1', memoryBytes: expect.any(Number) }, { instance: 'web-2' }])
    expect(instances[0]?.memoryBytes).toBeGreaterThan(2 ** 20)
    expect(instances[1]).not.toHaveProperty('memoryBytes')
  })

  it('is found by what it belongs to', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none', instance: 'a' }))
    await host.ok(start({ command: 'sleep 1000', port: 'none', instance: 'b', release: 'r2' }))
    const list = async (members: object) =>
      (await host.ok({ kind: 'listInstances', key: key(), ...members })).instances.map(({ instance }) => instance)
    expect(await list({})).toEqual(['a', 'b'])
    expect(await list({ release: 'r2' })).toEqual(['b'])
    expect(await list({ project: 'other' })).toEqual([])
  })
})
