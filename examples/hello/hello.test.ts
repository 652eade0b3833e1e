/** The server of the example as a process, and its release files as data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseRelease, processArtifactSchema, processServiceSchema } from '../../src/deploy/index.ts'

const folder = import.meta.dirname
const releaseFiles = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const release = (name: string) =>
  z
    .object({ services: z.object({ web: z.object({ environment: z.record(z.string(), z.string()) }) }) })
    .parse(parse(readFileSync(join(folder, name), 'utf8'))).services.web.environment

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Running = {
  readonly url: string
  /** Resolves to the exit code. */
  stop(): Promise<unknown>
  /** The next line it writes to either stream that holds these words. */
  says(words: string): Promise<string>
}

/** As the host starts it, but for the port, which is any free one. */
async function start(environment: Readonly<Record<string, string>>): Promise<Running> {
  const env = { PATH: process.env['PATH'], PORT: '0', HOLDFAST_RELEASE: 'dep_1', HOLDFAST_INSTANCE: 'web.1' }
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const exit = once(child, 'exit')
  const lines = [child.stdout, child.stderr].map((input) => createInterface({ input }))
  const says = (words: string): Promise<string> =>
    new Promise((resolve) => {
      for (const reader of lines) reader.on('line', (line) => line.includes(words) && resolve(line))
    })
  const port = /\d+$/.exec(await says('listens on port'))?.[0]
  return {
    url: `http://127.0.0.1:${port}`,
    says,
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exit
      return code
    },
  }
}

describe('the server of the hello example', () => {
  it('says its version, and echoes its release with every answer', async () => {
    const { url } = await start(release('holdfast.yaml'))
    const answers = await Promise.all(['/', '/healthz', '/nowhere'].map((path) => fetch(url + path)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404])
    expect(answers.map(({ headers }) => headers.get('x-release-id'))).toEqual(['dep_1', 'dep_1', 'dep_1'])
    expect(await answers[0]?.text()).toBe('Hello from version 1.0.0 (web.1)\n')
  })

  it('shows browsers a page', async () => {
    const { url } = await start(release('v2.yaml'))
    const answer = await fetch(url, { headers: { accept: 'text/html,*/*' } })
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(await answer.text()).toContain('new EventSource')
  })

  it('answers what is under way, ends its streams and exits with 0 when it is asked to end', async () => {
    const { url, stop } = await start(release('v2.yaml'))
    const stream = (await fetch(`${url}/events`)).body?.getReader()
    const first = await stream?.read()
    expect(new TextDecoder().decode(first?.value)).toContain('retry: 250')
    // The server has it in hand: the head of a later request on the same server was answered.
    const slow = fetch(`${url}/slow`)
    await (await fetch(`${url}/healthz`)).text()
    const [code, answer] = await Promise.all([stop(), slow])
    expect({ code, status: answer.status, text: await answer.text() }).toEqual({
      code: 0,
      status: 200,
      text: 'Good day, slowly, from version 2.0.0\n',
    })
    for (let part = await stream?.read(); part?.done === false; part = await stream?.read()) void part
  })

  it('is healthy at first and then no longer, as broken.yaml has it', async () => {
    const { url, says } = await start({ ...release('broken.yaml'), REFRESH_MS: '20' })
    const line = await says('no greeting')
    expect(line).toContain('greeting-of-the-day.txt')
    const answers = await Promise.all(['/', '/healthz'].map((path) => fetch(url + path)))
    expect(answers.map(({ status }) => status)).toEqual([500, 503])
    expect(await answers[1]?.text()).toContain('greeting-of-the-day.txt')
  })
})

const deployers = { process: { kind: 'process', artifact: processArtifactSchema, service: processServiceSchema } }

describe('the release files of the hello example', () => {
  it.each(releaseFiles)('%s is one that the deployer of processes takes', (name) => {
    const document: object = parse(readFileSync(join(folder, name), 'utf8'))
    const { project, services } = parseRelease(deployers, { ...document, createdAt: '2026-11-20T20:00:00Z' })
    expect({ project, instances: services['web']?.instances }).toEqual({ project: 'acme/hello', instances: 3 })
  })

  it('differ in their version', () => {
    const versions = releaseFiles.map((name) => release(name)['VERSION'])
    expect(versions.toSorted()).toEqual(['1.0.0', '2.0.0', '3.0.0'])
  })
})
