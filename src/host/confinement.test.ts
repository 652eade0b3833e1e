import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AgentRoom } from './agent-room.fake.ts'

const room = new AgentRoom()
const { logs, open, output, prepare, start, statusWhen, stop } = room
afterEach(room.end)

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
