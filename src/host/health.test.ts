import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AgentRoom } from './agent-room.fake.ts'

const room = new AgentRoom()
const { checkHealth, key, open, prepare, start, startServer, stop } = room
afterEach(room.end)

describe('health', () => {
  it('is refused to a process of another release that answers on the port', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `require('node:http').createServer((_, response) => response.setHeader('x-release-id', 'r0').end()).listen(process.env.PORT)`,
    )
    await host.ok(start({ workingCopy, health: { kind: 'http', intervalMs: 10 } }))
    const report = await checkHealth(host)
    expect(report).toMatchObject({ healthy: false, reason: 'wrong-release', final: true })
    expect(report.detail).toContain('r0')
  })

  it('is proven by the release id where it is echoed', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `require('node:http').createServer((_, response) => response.setHeader('x-release-id', process.env.HOLDFAST_RELEASE).end()).listen(process.env.PORT)`,
    )
    await host.ok(start({ workingCopy, health: { kind: 'http', intervalMs: 10 } }))
    expect(await checkHealth(host)).toMatchObject({ healthy: true, proof: 'release-id' })
  })

  it('is refused when somebody else listens on the port', async () => {
    const host = await open()
    const stranger = createServer((_, response) => response.end('stranger'))
    const { workingCopy, port } = await startServer(host)
    await stop(host)
    stranger.listen(port, '127.0.0.1')
    await once(stranger, 'listening')
    try {
      // The application cannot have its port, and says so again and again.
      const again = { health: { kind: 'http', intervalMs: 10 }, restart: { firstDelayMs: 1 } } as const
      const spec = {
        ...(workingCopy !== undefined && { workingCopy }),
        command: 'sleep 1000',
        instance: 'web-2',
        ...again,
      }
      expect(await host.failure(start({ ...spec, port: port ?? 0 }))).toMatchObject({ code: 'host.port_taken' })
      await host.ok(
        start({ ...(workingCopy !== undefined && { workingCopy }), health: { kind: 'http', intervalMs: 20 } }),
      )
      const report = await checkHealth(host)
      expect(report).toMatchObject({ healthy: false, final: true })
      expect(['foreign-socket', 'crash-loop']).toContain(report.reason)
    } finally {
      stranger.close()
    }
  })

  it('finds an application that listens on the other loopback only', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `require('node:http').createServer((_, response) => response.end()).listen(process.env.PORT, '::1')`,
    )
    await host.ok(start({ workingCopy, health: { kind: 'http', intervalMs: 10 } }))
    expect(await checkHealth(host)).toMatchObject({ healthy: true, address: '::1', proof: 'socket' })
  })

  it('can be asked of a command', async () => {
    const host = await open({ environment: { DB: 'very-secret' } })
    await host.ok(
      start({
        command: 'sleep 1000',
        port: 'none',
        secrets: { PASSWORD: 'env:DB' },
        health: { kind: 'command', command: 'echo "$PASSWORD is wrong"; test -e ready', intervalMs: 10, successes: 2 },
      }),
    )
    const sick = await checkHealth(host, 'web-1', { withinMs: 0 })
    expect(sick).toMatchObject({ healthy: false, reason: 'command-failed' })
    expect(sick.detail).toContain('ended with 1\n*** is wrong')
    const other = start({ instance: 'web-2', command: 'touch ready; sleep 1000', port: 'none' })
    await host.ok({ ...other, health: { kind: 'command', command: 'test -e ready', intervalMs: 10, successes: 2 } })
    expect(await checkHealth(host, 'web-2')).toMatchObject({ healthy: true, proof: 'command' })
    const slow = start({ instance: 'web-3', command: 'sleep 1000', port: 'none' })
    await host.ok({ ...slow, health: { kind: 'command', command: 'sleep 1000', timeoutMs: 50, intervalMs: 10 } })
    expect((await checkHealth(host, 'web-3', { withinMs: 0 })).detail).toContain('did not end within 50 ms')
  })

  it('of a command runs it once for all who ask at the same time', async () => {
    const host = await open()
    const [asked, go] = [join(host.folder, 'asked'), join(host.folder, 'go')]
    const command = `echo asked >> ${asked}; until test -e ${go}; do sleep 0.01; done`
    await host.ok(start({ command: 'sleep 1000', port: 'none', health: { kind: 'command', command, intervalMs: 10 } }))
    const reports = [1, 2, 3].map(() => checkHealth(host, 'web-1', { successes: 1 }))
    await expect.poll(() => existsSync(asked)).toBe(true)
    writeFileSync(go, '')
    for (const report of reports) expect(await report).toMatchObject({ healthy: true, proof: 'command' })
    expect(readFileSync(asked, 'utf8')).toBe('asked\n')
  })

  it('can be staying up', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none', health: { kind: 'staying-up', forMs: 300 } }))
    expect(await checkHealth(host, 'web-1', { withinMs: 0 })).toMatchObject({ healthy: false })
    const report = await checkHealth(host)
    expect(report).toMatchObject({ healthy: true, proof: 'process' })
  })

  it('of a stopped instance is final', async () => {
    const host = await open()
    await host.ok(start({ command: 'sleep 1000', port: 'none' }))
    await stop(host)
    expect(await checkHealth(host)).toMatchObject({ healthy: false, reason: 'not-running', final: true, probes: 1 })
  })
})

describe('an application that listens on a port of its own', () => {
  it('is told so by its health, with the port and what to do', async () => {
    const host = await open()
    const listening = "require('node:http').createServer().listen(0, '127.0.0.1')"
    const { instance } = await host.ok(
      start({ command: ['node', '-e', listening], port: 'allocate', health: { kind: 'http', intervalMs: 50 } }),
    )
    const ask = () =>
      host.ok({ kind: 'checkHealth', key: key(), instance, withinMs: 0, successes: 1 }).then(({ detail }) => detail)
    let detail = await ask()
    while (!detail.includes('instead')) detail = await ask()
    expect(detail).toMatch(/nothing listens; it listens on \d+ instead: let it listen on \$PORT$/)
  })
})
