import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openTestHost, type TestHost, type TestHostOptions } from './agent-world.ts'
import type { CommandInput } from './contract.ts'
import type { InstanceStatus, PreparedArtifact } from './outcome.ts'

const hosts: TestHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end()
})

async function open(options?: TestHostOptions): Promise<TestHost> {
  const host = await openTestHost(options)
  hosts.push(host)
  return host
}

const address = { project: 'acme/shop', config: 'production', release: 'r1' }
type Start = Extract<CommandInput, { kind: 'startInstance' }>

let keys = 0
const key = () => `k${++keys}`

function start(members: Partial<Start> = {}): Start {
  const base = { kind: 'startInstance', key: key(), ...address, service: 'web', instance: 'web-1' } as const
  return { ...base, command: 'node app.cjs', ...members }
}

/** Answers every path with its environment; /exit ends it. */
const server = `
const http = require('node:http')
http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3)
  response.setHeader('x-served-by', String(process.pid))
  response.end(JSON.stringify(process.env))
}).listen(process.env.PORT, () => console.log('listening'))
process.once('SIGTERM', () => { console.log('draining'); setTimeout(() => process.exit(0), 20) })
`

function prepare(host: TestHost, app: string, members: object = {}): Promise<PreparedArtifact> {
  const path = host.app('app.cjs', app)
  return host.ok({ kind: 'prepareArtifact', key: key(), ...address, artifact: { kind: 'folder', path }, ...members })
}

async function startServer(host: TestHost, members: Partial<Start> = {}) {
  const { workingCopy } = await prepare(host, server)
  return host.ok(start({ workingCopy, health: { kind: 'http', intervalMs: 20 }, ...members }))
}

const checkHealth = (host: TestHost, instance = 'web-1', members: object = {}) =>
  host.ok({ kind: 'checkHealth', key: key(), instance, withinMs: 120_000, ...members })
const status = (host: TestHost, instance = 'web-1') => host.ok({ kind: 'instanceStatus', key: key(), instance })
const stop = (host: TestHost, members: object = {}) =>
  host.ok({ kind: 'stopInstance', key: key(), instance: 'web-1', ...members })
const logs = (host: TestHost, members: object = {}) =>
  host.ok({ kind: 'logs', key: key(), of: { instance: 'web-1' }, ...members })

/** Waits for the instance's output to hold the words, following it as a person would. */
async function output(host: TestHost, words: string): Promise<string> {
  let text = ''
  for (let after = 0; !text.includes(words);) {
    const piece = await logs(host, { after, waitMs: 20_000 })
    if (piece.text === '') throw new Error(`"${words}" never came: ${text}`)
    text += piece.text
    after = piece.next
  }
  return text
}

/** Looks until it holds; how long that takes is the machine's affair. */
const statusWhen = (host: TestHost, holds: (found: InstanceStatus) => boolean): Promise<InstanceStatus> =>
  vi.waitFor(
    async () => {
      const found = await status(host)
      if (!holds(found)) throw new Error(`the instance never came to that: ${JSON.stringify(found)}`)
      return found
    },
    { timeout: 120_000, interval: 20 },
  )

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

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

describe('a secret', () => {
  it('reaches the application and no file of the agent, and is masked in its output', async () => {
    const host = await open({ environment: { DB: 'correct-horse-battery' } })
    const { workingCopy } = await prepare(
      host,
      `console.log('password', process.env.PASSWORD, process.env.KEY); setInterval(() => {}, 1e6)`,
    )
    const keyFile = join(host.app('key', 'staple-of-a-thousand\n', 'outside'), 'key')
    const secrets = { PASSWORD: 'env:DB', KEY: `file:${keyFile}` }
    await host.ok(start({ workingCopy, port: 'none', secrets }))
    expect(await output(host, 'password')).toBe('password *** ***\n')
    await host.restart()
    expect((await logs(host)).text).toBe('password *** ***\n')
    const files = readdirSync(host.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const values = /correct-horse-battery|staple-of-a-thousand/
    const holding = files.filter(({ parentPath, name }) => values.test(readFileSync(join(parentPath, name), 'utf8')))
    // Its own output is the application's own doing.
    expect(holding.map(({ name }) => name)).toEqual(['output.log'])
    expect(host.lines.join('\n')).not.toMatch(values)
  })

  it('that points to what the agent keeps for itself is refused, and nothing is started', async () => {
    const host = await open()
    writeFileSync(join(host.folder, 'enrolment.json'), '{"token":"hf_x"}')
    const secrets = { STOLEN: `file:${join(host.folder, 'enrolment.json')}` }
    const failure = await host.failure(start({ command: 'sleep 1', secrets }))
    expect(failure).toMatchObject({ code: 'host.secret_forbidden', place: 'secrets.STOLEN', kind: 'forbidden' })
    expect(readdirSync(join(host.folder, 'instances'))).toEqual([])
  })

  it('that is missing is named by its reference, and nothing is started', async () => {
    const host = await open()
    const failure = await host.failure(start({ command: 'sleep 1', secrets: { PASSWORD: 'env:ABSENT' } }))
    expect(failure).toMatchObject({ code: 'host.secret_missing', place: 'secrets.PASSWORD' })
    expect(readdirSync(join(host.folder, 'instances'))).toEqual([])
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

describe('output', () => {
  it('is rotated, and followed over the rotation', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `const fs = require('node:fs')
       const path = require('node:path')
       const folder = path.join(process.cwd(), '../../instances/web-1')
       let line = 0
       const write = (count) => { while (count-- > 0) fs.writeSync(1, 'line ' + String(line++).padStart(20, '0') + '\\n') }
       write(1000)
       fs.watch(folder, (_, name) => {
         if (!/^output\\.\\d+/.test(name) || line > 1000) return
         write(10)
         console.log('done')
       })`,
    )
    await host.ok(start({ workingCopy, port: 'none', limits: { logBytes: 16_384, logFiles: 2 } }))
    const lines = (await output(host, 'done')).match(/line \d{20}/g) ?? []
    expect(lines).toHaveLength(1010)
    expect(new Set(lines).size).toBe(1010)
    const kept = readdirSync(join(host.folder, 'instances/web-1')).filter((name) => name.startsWith('output.'))
    expect(kept.toSorted()).toEqual(['output.0000000000000000.log', 'output.log'])
    expect((await logs(host, { lines: 3 })).text).toMatch(/^line \d*8\nline \d*9\ndone\n$/)
  })
})

describe('the output of what was removed', () => {
  const noisy = `console.log('my key is', process.env.KEY); console.error('it breaks'); setInterval(() => {}, 1e6)`
  const outputs = async (host: TestHost, members: object = {}) =>
    (await host.ok({ kind: 'listOutputs', key: key(), release: 'r1', ...members })).outputs

  it('can be read for a while, by the next agent too, and holds no secret on the disk', async () => {
    const host = await open({ environment: { KEY: 'a-secret-value' } })
    const { workingCopy } = await prepare(host, noisy)
    await host.ok(start({ workingCopy, port: 'none', secrets: { KEY: 'env:KEY' } }))
    await output(host, 'it breaks')
    expect(await outputs(host)).toEqual([{ ...address, service: 'web', of: { instance: 'web-1' } }])
    const following = logs(host, { after: (await logs(host)).next, waitMs: 60_000 })
    await stop(host, { remove: true })
    expect(await following).toMatchObject({ text: '', ended: true })
    expect(await outputs(host)).toEqual([])
    const gone = { ...address, service: 'web', of: { instance: 'web-1' }, removedAt: expect.any(Number) }
    expect(await outputs(host, { removed: true })).toEqual([gone])
    await host.restart()
    expect(await outputs(host, { removed: true })).toEqual([gone])
    expect(await logs(host)).toMatchObject({ text: 'my key is ***\nit breaks\n', ended: true })
    const folder = join(host.folder, 'removed', 'web-1')
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), 'utf8')).not.toContain('a-secret')
    expect(await host.failure({ kind: 'logs', key: key(), of: { instance: 'web-9' } })).toMatchObject({
      code: 'host.instance_missing',
    })
  })

  it('of a build that failed can be found by its release', async () => {
    const host = await open({ environment: { KEY: 'a-secret-value' } })
    const path = host.app('app.cjs', noisy)
    const build = { command: 'echo "no compiler for $KEY"; exit 3', secrets: { KEY: 'env:KEY' } }
    const artifact = { kind: 'folder' as const, path }
    await host.failure({ kind: 'prepareArtifact', key: key(), ...address, artifact, build })
    const [found] = await outputs(host, { removed: true })
    expect(found).toMatchObject({ ...address, of: { workingCopy: expect.any(String) } })
    if (found === undefined) return
    const { text } = await host.ok({ kind: 'logs', key: key(), of: found.of })
    expect(text).toBe('no compiler for ***\n')
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

describe('limits', () => {
  const hungry = `const kept = []; setInterval(() => { kept.push(Buffer.alloc(8 * 2 ** 20, 1)) }, 10); console.log('up')`

  it('of memory are kept by watching', async () => {
    const host = await open()
    const { workingCopy } = await prepare(host, hungry)
    await host.ok(start({ workingCopy, port: 'none', limits: { memoryMiB: 200 }, restart: { policy: 'never' } }))
    const ended = await statusWhen(host, ({ phase }) => phase === 'ended')
    expect(ended.lastExit).toMatchObject({ signal: 'SIGKILL', reason: 'out-of-memory' })
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'of memory are kept by the kernel where it can',
    async () => {
      const host = await open({ controlGroups: '/sys/fs/cgroup' })
      const { workingCopy } = await prepare(host, hungry)
      await host.ok(start({ workingCopy, port: 'none', limits: { memoryMiB: 200 }, restart: { policy: 'never' } }))
      const ended = await statusWhen(host, ({ phase }) => phase === 'ended')
      expect(ended.lastExit).toMatchObject({ reason: 'out-of-memory' })
    },
  )

  it('of open files and priority reach the application', async () => {
    const host = await open()
    await host.ok(start({ command: 'ulimit -n; nice; sleep 1000', port: 'none', limits: { openFiles: 123, nice: 7 } }))
    const own = (await import('node:os')).getPriority()
    expect(await output(host, `${own + 7}\n`)).toBe(`123\n${own + 7}\n`)
  })

  // Linux weighs sessions against each other, and each instance has one: the priority of a process counts only within it.
  it.runIf(existsSync('/proc/self/autogroup') && process.getuid?.() === 0)(
    'of priority hold against the other sessions of the machine',
    async () => {
      const host = await open()
      const own = (await import('node:os')).getPriority()
      await host.ok(start({ command: 'cat /proc/self/autogroup; echo; sleep 1000', port: 'none', limits: { nice: 7 } }))
      expect(await output(host, '\n')).toMatch(new RegExp(`^/autogroup-\\d+ nice ${own + 7}\n`))
    },
  )
})

describe.runIf(process.getuid?.() === 0)('another user', () => {
  it('runs the instance and owns its files, but not the agent’s', async () => {
    const host = await open()
    const { workingCopy } = await prepare(
      host,
      `const fs = require('node:fs')
       fs.writeFileSync('mine', 'x'); fs.writeFileSync(process.env.HOLDFAST_DATA + '/mine', 'x')
       let agents = 'closed'
       try { fs.writeFileSync('../../instances/web-1/record.json', 'x'); agents = 'open' } catch {}
       try { fs.readFileSync('../../instances/web-1/record.json'); agents = 'open' } catch {}
       console.log('uid', process.getuid(), process.getgroups(), 'agent', agents); setInterval(() => {}, 1e6)`,
      { user: 'nobody' },
    )
    const { chmodSync } = await import('node:fs')
    chmodSync(join(host.folder, '..'), 0o711)
    await host.ok(start({ workingCopy, port: 'none', user: 'nobody', dataFolder: true }))
    expect(await output(host, 'agent')).toMatch(/uid 65534 \[ 65534 \] agent closed/)
    expect(await stop(host)).toMatchObject({ killed: false })
  })

  it('that does not exist is refused', async () => {
    const host = await open()
    expect(await host.failure(start({ command: 'true', user: 'ghost' }))).toMatchObject({ code: 'host.user_unknown' })
  })
})
