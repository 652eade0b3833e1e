/** The processes of a machine with a control plane, for tests that kill them. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandInput, CommandKind, Outcomes } from '../../src/host/index.ts'
import type { Order, Word } from './control-plane.fixture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Omit that keeps a union's members apart. */
type WithoutKey<T> = T extends unknown ? Omit<T, 'key'> & { readonly key?: string } : never
export type Asked<K extends CommandKind> = WithoutKey<Extract<CommandInput, { readonly kind: K }>>

export class ControlPlane {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<Word>>()
  readonly up: Promise<string>
  #orders = 0

  constructor(folder: string) {
    const file = join(import.meta.dirname, 'control-plane.fixture.ts')
    this.#process = fork(file, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const up = Promise.withResolvers<string>()
    this.up = up.promise
    this.#process.on('message', (word: Word) => {
      if ('up' in word) up.resolve(word.up)
      else this.#waiting.get(word.id)?.resolve(word)
    })
    this.#process.once('exit', (code) => up.reject(new Error(`the control plane ended with ${code}`)))
  }

  /** What the agent answers, and how long that took. Never resolves when the process is killed. */
  async run<K extends CommandKind>(
    host: string,
    command: Asked<K>,
  ): Promise<{ readonly result: Outcomes[K]; readonly tookMs: number }> {
    const id = ++this.#orders
    const waiting = Promise.withResolvers<Word>()
    this.#waiting.set(id, waiting)
    const order = { id, host, command: { key: `${this.#process.pid}/${id}`, ...command } } as unknown as Order
    this.#process.send(order)
    const word = await waiting.promise
    if ('result' in word) return { result: word.result as Outcomes[K], tookMs: word.tookMs }
    throw new Error('code' in word ? `${word.code}: ${word.message}` : 'it is up')
  }

  kill(): Promise<void> {
    return killed(this.#process)
  }
}

/** `holdfast` in a process of its own; what it says is kept. */
export class Program {
  readonly #process: ChildProcess
  readonly ended: Promise<unknown>
  #said = ''
  readonly #watchers = new Set<() => void>()

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, [join(root, 'bin/holdfast.js'), ...words], {
      env: { ...environment, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.ended = once(this.#process, 'close')
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
        for (const watch of this.#watchers) watch()
      })
    }
    void this.ended.then(() => this.#watchers.forEach((watch) => watch()))
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get said(): string {
    return this.#said
  }

  get exitCode(): number | null {
    return this.#process.exitCode
  }

  /** Resolves with what it said, from `after` on, once the words are in it. */
  says(words: RegExp, after = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = words.exec(this.#said.slice(after))
        if (found === null && this.#process.exitCode === null && this.#process.signalCode === null) return
        this.#watchers.delete(look)
        if (found === null) reject(new Error(`it ended and had said:\n${this.#said}`))
        else resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }

  interrupt(): void {
    this.#process.kill('SIGINT')
  }

  kill(): Promise<void> {
    return killed(this.#process)
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Taken by nobody a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // Nobody has this number.
    return false
  }
}
