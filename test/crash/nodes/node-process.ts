/** Starts nodes, listens to them, kills them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { NodeOrder } from './node.ts'

export class NodeProcess {
  readonly #order: NodeOrder
  readonly started: string[] = []
  readonly closed: string[] = []
  /** What its log says; a node whose database is away has reason to complain. */
  complaints = ''
  kills = 0
  /** Ends that it could not be asked for. */
  readonly failures: string[] = []
  resumed = 0
  #child: ChildProcess | undefined
  #ready = Promise.withResolvers<void>()

  constructor(order: NodeOrder) {
    this.#order = order
  }

  get name(): string {
    return this.#order.name
  }

  start(): void {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'node.ts'), JSON.stringify(this.#order)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#ready = Promise.withResolvers<void>()
    child.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()))
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) this.failures.push(`${this.name} ended with ${code ?? signal}`)
    })
  }

  #hear(line: string): void {
    const [word = '', rest = ''] = line.split(' ')
    if (word === 'started') this.started.push(rest)
    if (word === 'closed') this.closed.push(rest)
    if (word !== 'resumed') return
    this.resumed += Number(rest)
    this.#ready.resolve()
  }

  async kill(): Promise<void> {
    this.kills++
    await this.#end('SIGKILL')
  }

  /** Lets it end what it has begun; one that is still starting hears nothing yet. */
  async finish(): Promise<void> {
    await this.#ready.promise
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'close')
    child.kill(signal)
    await gone
  }
}
