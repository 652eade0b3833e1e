/** `holdfast up` as its own process with a data folder of its own: on a PostgreSQL database, or on the folder's file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
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

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.folder = folder
    this.#environment = { ...process.env, HOLDFAST_DATA: folder, NO_COLOR: '1', ...environment }
  }

  /** Without a URL on SQLite. */
  static async on(url: string | undefined, environment: NodeJS.ProcessEnv = {}): Promise<Program> {
    const folder = join(await mkdtemp(join(tmpdir(), 'holdfast-test-')), 'data')
    return new Program(folder, { ...environment, DATABASE_URL: url ?? '' })
  }

  /** Another data folder with the files that all processes on a database have alike. */
  async beside(url: string, environment: NodeJS.ProcessEnv = {}): Promise<Program> {
    const other = await Program.on(url, environment)
    await mkdir(other.folder, { mode: 0o700 })
    for (const file of ['account.json', 'task-token.key', 'keys', 'admin-token', 'aws-credentials'])
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

  /** Asks its API. @throws what `fetch` throws when nobody answers */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const connection = await readFile(join(this.folder, 'connection.json'), 'utf8')
    const { url, token } = JSON.parse(connection) as { readonly url: string; readonly token: string }
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
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
