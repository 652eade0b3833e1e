/** `holdfast up` on a PostgreSQL database, as its own process with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')
const holdfast = join(root, 'bin/holdfast.js')

export type Outcome = { readonly code: number | null; readonly output: string; readonly errors: string }

export class Program {
  readonly folder: string
  readonly #environment: NodeJS.ProcessEnv
  #server: ChildProcess | undefined

  private constructor(folder: string, url: string) {
    this.folder = folder
    this.#environment = { ...process.env, DATABASE_URL: url, HOLDFAST_DATA: folder, NO_COLOR: '1' }
  }

  static async on(url: string): Promise<Program> {
    return new Program(join(await mkdtemp(join(tmpdir(), 'holdfast-test-')), 'data'), url)
  }

  /** Another data folder with the files that all processes on a database have alike. */
  async beside(url: string): Promise<Program> {
    const other = await Program.on(url)
    await mkdir(other.folder, { mode: 0o700 })
    for (const file of ['account.json', 'task-token.key', 'keys', 'admin-token'])
      await cp(join(this.folder, file), join(other.folder, file), { recursive: true })
    return other
  }

  /** Until it is ready. @throws what it wrote when it ended instead */
  async up(): Promise<void> {
    const server = spawn(process.execPath, [holdfast, 'up', '--port', '0', '--json'], {
      cwd: root,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#server = server
    const errors = textOf(server.stderr)
    const ready = once(createInterface(server.stdout), 'line').then(() => true)
    const gone = once(server, 'close').then(() => false)
    if (!(await Promise.race([ready, gone]))) throw new Error(await errors)
  }

  async run(...words: string[]): Promise<Outcome> {
    const child = spawn(process.execPath, [holdfast, ...words], {
      cwd: root,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [output, errors] = [textOf(child.stdout), textOf(child.stderr)]
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, output: await output, errors: await errors }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    server.kill(signal)
    await once(server, 'exit')
  }

  async remove(): Promise<void> {
    await this.end()
    await rm(join(this.folder, '..'), { recursive: true, force: true })
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of stream) text += String(part)
  return text
}
