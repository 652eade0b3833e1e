/** A whole Holdfast in a folder, each part a process of `bin/holdfast` that can be killed and comes back. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { systemClock } from '../../../src/app/index.ts'
import { EdgeClient } from '../../../src/edge/index.ts'
import { type Answer, Client } from '../../deploying/client.ts'
import { freePort, isAlive, Program } from '../../hosts/processes.ts'

export type Victim = 'control plane' | 'agent' | 'edge worker' | 'edge keeper'

const pem = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
export const privateKey = pem.privateKey

const up = z.object({ url: z.string(), tokenFile: z.string() })

/** How long anything is waited for that must come: far longer than a busy machine needs. */
export const patienceMs = 120_000
const lookEveryMs = 20

export class System {
  readonly folder: string
  readonly data: string
  readonly artifact: string
  readonly environment: Readonly<Record<string, string>>
  readonly kills: Record<Victim, number> = { 'control plane': 0, agent: 0, 'edge worker': 0, 'edge keeper': 0 }
  edgePort = 0
  #plane: Program | undefined
  #agent: Program | undefined
  #client: Client | undefined

  constructor(folder: string) {
    this.folder = folder
    this.data = join(folder, 'data')
    this.artifact = join(folder, 'app')
    this.environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder, HOLDFAST_DATA: this.data }
    mkdirSync(this.artifact)
    copyFileSync(join(import.meta.dirname, 'application.mjs'), join(this.artifact, 'application.mjs'))
  }

  async begin(): Promise<void> {
    this.edgePort = await freePort()
    await this.startPlane()
    await this.startAgent()
    await this.#agent?.says(/edge takes requests/)
    await this.call('POST /v1/keys', { name: 'soak', publicKey: pem.publicKey })
  }

  // ---- who may die

  async startPlane(): Promise<void> {
    this.#plane = new Program(['up', '--port', '0', '--json'], this.environment)
    const [line] = await this.#plane.says(/^\{.*\}$/m)
    this.#client = new Client(up.parse(JSON.parse(line)))
  }

  async startAgent(): Promise<void> {
    this.#agent = new Program(['host', '--edge-port', String(this.edgePort)], this.environment)
    await this.#agent.says(/connected to/)
  }

  async kill(victim: Victim): Promise<void> {
    this.kills[victim]++
    switch (victim) {
      case 'control plane':
        this.#client = undefined
        return this.#plane?.kill()
      case 'agent':
        return this.#agent?.kill()
      default:
        return this.#killEdge(victim)
    }
  }

  async #killEdge(victim: 'edge worker' | 'edge keeper'): Promise<void> {
    // It may have been killed a moment ago: then there is none to be killed.
    const status = await this.edge()
      .status()
      .catch(() => undefined)
    const pid = victim === 'edge worker' ? status?.workers[0]?.pid : status?.keeper.pid
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL')
  }

  edge(): EdgeClient {
    return new EdgeClient({ socketPath: join(this.data, 'host/edge/admin.sock'), clock: systemClock })
  }

  // ---- who is asked

  /** Repeats it under one key until a control plane has answered: one may die with the question in its hands. */
  async call(line: string, body?: unknown): Promise<Answer & { readonly asked: number }> {
    const headers: Readonly<Record<string, string>> = line.startsWith('GET') ? {} : { 'idempotency-key': randomUUID() }
    const until = Date.now() + patienceMs
    for (let asked = 1; ; asked++) {
      const answer = await this.#client?.call(line, body, headers).catch(() => undefined)
      if (answer !== undefined && answer.status < 500 && answer.status !== 409) return { ...answer, asked }
      if (answer?.status === 409 && !answer.text.includes('api.idempotency_in_progress')) return { ...answer, asked }
      if (Date.now() > until) throw new Error(`${line} is not answered: ${answer?.text ?? 'nobody is there'}`)
      await pause(lookEveryMs * 5)
    }
  }

  /** Ends all of it, in good order. @returns what went wrong */
  async end(): Promise<string | undefined> {
    const down = new Program(['down', '--everything', '--yes'], this.environment)
    await down.ended
    await this.#plane?.ended
    await this.#agent?.ended
    return down.exitCode === 0 ? undefined : `down ended with ${down.exitCode}: ${down.said}`
  }

  get said(): string {
    return `--- control plane\n${this.#plane?.said ?? ''}\n--- agent\n${this.#agent?.said ?? ''}`
  }
}

/** Undefined when it did not come about in time. */
export async function eventually<T>(look: () => Promise<T | undefined>, withinMs = patienceMs): Promise<T | undefined> {
  const until = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined || Date.now() > until) return found
    await pause(lookEveryMs)
  }
}
