/** Where instances say that they are there, asked to stop, and gone by themselves. Who goes without a word was killed. */
import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { steadyMs } from './steady-clock.ts'
import type { Death } from './verdict/diagnose.ts'

export type Instance = {
  readonly pid: number
  readonly release: string
  readonly port: number
  readonly bornMs: number
}

type Word = {
  readonly word: 'hello' | 'stopping' | 'goodbye'
  readonly pid: number
  readonly release: string
  readonly port: number
}

export class Witness {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #alive = new Map<number, Instance>()
  readonly #watchers = new Set<() => void>()
  readonly deaths: Death[] = []
  /** All that ever said hello. */
  readonly born: Instance[] = []
  #closing = false

  constructor() {
    this.#server = createServer((socket) => this.#hear(socket))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  get alive(): readonly Instance[] {
    return [...this.#alive.values()]
  }

  /** Resolves with what `find` finds among the living, as soon as it finds something. */
  async until<T>(find: (alive: readonly Instance[]) => T | undefined): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>()
    const look = (): void => {
      const found = find(this.alive)
      if (found !== undefined) resolve(found)
    }
    this.#watchers.add(look)
    look()
    return promise.finally(() => this.#watchers.delete(look))
  }

  async close(): Promise<void> {
    this.#closing = true
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #hear(socket: Socket): void {
    this.#sockets.add(socket)
    let known: Instance | undefined
    let stopping = false
    let saidGoodbye = false
    socket.on('error', () => {}) // its close follows
    createInterface({ input: socket })
      .on('line', (line) => {
        const { word, pid, release, port } = asWord(JSON.parse(line))
        if (word === 'hello') {
          known = { pid, release, port, bornMs: steadyMs() }
          this.#alive.set(pid, known)
          this.born.push(known)
        }
        if (word === 'stopping') stopping = true
        if (word === 'goodbye') saidGoodbye = true
        this.#look()
      })
      .on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (known === undefined) return
      this.#alive.delete(known.pid)
      if (!saidGoodbye && !this.#closing) {
        this.deaths.push({ atMs: steadyMs(), pid: known.pid, release: known.release, stopping })
      }
      this.#look()
    })
  }

  #look(): void {
    for (const look of this.#watchers) look()
  }
}

/** Only the benchmark's own application knows the port. */
function asWord(value: unknown): Word {
  return value as Word
}
