/** What is asked of an agent again and again, for tests: applications it starts, their health, their output. */
import { readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { openTestHost, type TestHost, type TestHostOptions } from './agent-world.ts'
import type { CommandInput } from './contract.ts'
import type { InstanceStatus, PreparedArtifact } from './outcome.ts'

export const address = { project: 'acme/shop', config: 'production', release: 'r1' }
type Start = Extract<CommandInput, { kind: 'startInstance' }>

/** Answers every path with its environment; /exit ends it. */
export const server = `
const http = require('node:http')
http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3)
  response.setHeader('x-served-by', String(process.pid))
  response.end(JSON.stringify(process.env))
}).listen(process.env.PORT, () => console.log('listening'))
process.once('SIGTERM', () => { console.log('draining'); setTimeout(() => process.exit(0), 20) })
`

/** The hosts of one test file, each with an agent; every command asked in it has a key of its own. */
export class AgentRoom {
  readonly #hosts: TestHost[] = []
  #keys = 0

  readonly open = async (options?: TestHostOptions): Promise<TestHost> => {
    const host = await openTestHost(options)
    this.#hosts.push(host)
    return host
  }

  readonly end = async (): Promise<void> => {
    for (const host of this.#hosts.splice(0)) await host.end()
  }

  readonly key = (): string => `k${++this.#keys}`

  readonly start = (members: Partial<Start> = {}): Start => {
    const base = { kind: 'startInstance', key: this.key(), ...address, service: 'web', instance: 'web-1' } as const
    return { ...base, command: 'node app.cjs', ...members }
  }

  readonly prepare = (host: TestHost, app: string, members: object = {}): Promise<PreparedArtifact> => {
    const artifact = { kind: 'folder', path: host.app('app.cjs', app) } as const
    return host.ok({ kind: 'prepareArtifact', key: this.key(), ...address, artifact, ...members })
  }

  readonly startServer = async (host: TestHost, members: Partial<Start> = {}) => {
    const { workingCopy } = await this.prepare(host, server)
    return host.ok(this.start({ workingCopy, health: { kind: 'http', intervalMs: 20 }, ...members }))
  }

  readonly checkHealth = (host: TestHost, instance = 'web-1', members: object = {}) =>
    host.ok({ kind: 'checkHealth', key: this.key(), instance, withinMs: 120_000, ...members })

  readonly status = (host: TestHost, instance = 'web-1') =>
    host.ok({ kind: 'instanceStatus', key: this.key(), instance })

  readonly stop = (host: TestHost, members: object = {}) =>
    host.ok({ kind: 'stopInstance', key: this.key(), instance: 'web-1', ...members })

  readonly logs = (host: TestHost, members: object = {}) =>
    host.ok({ kind: 'logs', key: this.key(), of: { instance: 'web-1' }, ...members })

  /** Waits for the instance's output to hold the words, following it as a person would. */
  readonly output = async (host: TestHost, words: string): Promise<string> => {
    let text = ''
    for (let after = 0; !text.includes(words);) {
      const piece = await this.logs(host, { after, waitMs: 20_000 })
      if (piece.text === '') throw new Error(`"${words}" never came: ${text}`)
      text += piece.text
      after = piece.next
    }
    return text
  }

  /** Looks until it holds; how long that takes is the machine's affair. */
  readonly statusWhen = (host: TestHost, holds: (found: InstanceStatus) => boolean): Promise<InstanceStatus> =>
    vi.waitFor(
      async () => {
        const found = await this.status(host)
        if (!holds(found)) throw new Error(`the instance never came to that: ${JSON.stringify(found)}`)
        return found
      },
      { timeout: 120_000, interval: 20 },
    )
}

export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
