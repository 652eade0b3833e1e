/** The program as it is started: by npm, by hand, by an older Node; and the quickstart that a newcomer runs first. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const home = mkdtempSync(join(tmpdir(), 'holdfast-program-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

type Ended = { readonly code: number; readonly out: string; readonly err: string }

function run(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: home, env: { ...process.env, HOME: home, ...environment } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

/** The Node of the machine, where it is older than the pinned one. */
const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((file) => existsSync(file) && majorOf(file) < 26)

function majorOf(node: string): number {
  return Number(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1).split('.')[0])
}

describe('bin/holdfast', () => {
  const program = join(root, 'bin/holdfast')

  it('runs on the pinned Node, whichever Node is in the path', async () => {
    expect(await run(program, ['--version'], { PATH: '/usr/bin:/bin' })).toEqual({
      code: 0,
      out: `${version}\n`,
      err: '',
    })
  })

  it('is found through a symbolic link', async () => {
    const link = join(home, 'hf')
    symlinkSync(program, link)
    expect((await run(link, ['--version'])).out).toBe(`${version}\n`)
  })

  it('can be given to Node as well, and so can the file that npm links', async () => {
    expect((await run(process.execPath, [program, '--version'])).out).toBe(`${version}\n`)
    expect((await run(process.execPath, [`${program}.js`, '--version'])).out).toBe(`${version}\n`)
  })

  it.skipIf(olderNode === undefined)('started by an older Node, hands on output, exit code and signals', async () => {
    const older = olderNode ?? ''
    expect((await run(older, [program, '--version'])).out).toBe(`${version}\n`)
    expect((await run(older, [`${program}.js`, 'executions'])).code).toBe(5)
    const data = join(home, 'older')
    const child = spawn(older, [`${program}.js`, 'up', '--json', '--port', '0', '--data', data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(createInterface(child.stdout), 'line')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(existsSync(join(data, 'connection.json'))).toBe(false)
  })

  it('repeats in its hints how it was called', async () => {
    const link = join(home, 'folder with bin', 'hold')
    mkdirSync(dirname(link))
    symlinkSync(program, link)
    expect((await run(link, ['executions'])).err).toContain(`repair    '${link}' up`)
    expect((await run('holdfast', ['executions'], { PATH: `${dirname(program)}:/usr/bin:/bin` })).err).toContain(
      'repair    holdfast up',
    )
  })

  it.skipIf(process.platform !== 'linux')('keeps the arenas of glibc few, unless told otherwise', async () => {
    for (const [given, kept] of [
      [undefined, '2'],
      ['7', '7'],
    ] as const) {
      const child = spawn(program, ['up', '--json', '--port', '0', '--data', join(home, `arenas-${kept}`)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, MALLOC_ARENA_MAX: given },
      })
      await once(createInterface(child.stdout), 'line')
      const environment = readFileSync(`/proc/${child.pid}/environ`, 'utf8').split('\0')
      expect(environment).toContain(`MALLOC_ARENA_MAX=${kept}`)
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })

  it('passes the exit code on', async () => {
    expect((await run(program, ['executions'])).code).toBe(5)
    expect((await run(program, ['no-such-command'])).code).toBe(2)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('keeps its process id and stops in good order at %s', async (signal) => {
    const child = spawn(program, ['up', '--json', '--port', '0', '--data', join(home, signal)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(child.stdout), 'line')
    const { url } = JSON.parse(String(line))
    const connection = JSON.parse(readFileSync(join(home, signal, 'connection.json'), 'utf8'))
    expect(connection).toMatchObject({ url, pid: child.pid })
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('npm run quickstart', () => {
  it('starts everything, deploys the example, says what to try next, and leaves nothing running', async () => {
    const { code, out, err } = await run(process.execPath, script, { HOLDFAST_DATA: join(home, 'quickstart') })
    expect({ code, failures: err.split('\n').filter((line) => line.includes('✗')) }).toEqual({ code: 0, failures: [] })
    expect(out).toContain('✓ deployed  acme/hello')
    expect(out).toContain('Hello from version 1.0.0')
    expect(out).toContain('bin/holdfast rollback acme/hello production')
    expect(out).toContain('stopped 3 instances, the edge and the agent')
    const [, edge = ''] = /the edge at (http:\S+)/.exec(out) ?? []
    await expect(fetch(edge)).rejects.toThrow('fetch failed')
  }, 90_000)

  it('takes other ports when the usual ones are taken, and stops all when it is told to amid its work', async () => {
    // When somebody else has them, that does as well.
    const taken = await Promise.all([7400, 7480].map((port) => occupy(port)))
    try {
      const child = spawn(process.execPath, script, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, HOLDFAST_DATA: join(home, 'quickstart-port') },
      })
      const lines = createInterface(child.stdout)
      const [, where] = [await once(lines, 'line'), await once(lines, 'line')]
      expect(String(where)).toMatch(
        /at http:\/\/127\.0\.0\.1:(?!7400\b)\d+, the edge at http:\/\/127\.0\.0\.1:(?!7480\b)\d+/,
      )
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toEqual([0, null])
      expect(existsSync(join(home, 'quickstart-port/connection.json'))).toBe(false)
      const [, edge = ''] = /the edge at (http:\S+)/.exec(String(where)) ?? []
      await expect(fetch(edge)).rejects.toThrow('fetch failed')
    } finally {
      for (const server of taken) server.close()
    }
  }, 90_000)

  it('two that begin at the same moment do not fail for what the other has just taken', async () => {
    const folders = ['quickstart-one', 'quickstart-two'].map((name) => join(home, name))
    const both = await Promise.all(folders.map((folder) => run(process.execPath, script, { HOLDFAST_DATA: folder })))
    for (const { code, err } of both) expect({ code, err }).toEqual({ code: 0, err: expect.not.stringContaining('✗') })
    const edges = both.map(({ out }) => /the edge at (http:\S+)/.exec(out)?.[1])
    expect(new Set(edges).size).toBe(2)
  })

  async function occupy(port: number): Promise<Server> {
    const server = createServer().listen(port, '127.0.0.1')
    await Promise.race([once(server, 'listening'), new Promise((resolve) => server.once('error', resolve))])
    return server
  }

  const script = [join(root, 'scripts/run.js'), join(root, 'scripts/quickstart.ts')]
})
