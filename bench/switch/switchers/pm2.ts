/**
 * The peer: `pm2 reload` of the same application in cluster mode, on a port of its own, without a balancer between. Installed on
 * demand into a cache folder, since nothing else here needs it; with a daemon and a home of its own, that end with it.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { steadyMs } from '../steady-clock.ts'
import type { Witness } from '../witness.ts'
import { type Switch, type Switcher, WindowBook } from './switcher.ts'

const version = '7.0.4'
const cacheFolder = join(import.meta.dirname, '../../../node_modules/.cache/bench-switch/pm2')
const installWithinMs = 120_000
const callWithinMs = 120_000

/** The peer cannot be had here; the message says why. */
export class PeerMissing extends Error {}

/**
 * - `as it comes`: its own times: a process gets 1.6 s after SIGINT, a new one counts as up when it listens
 * - `told to wait`: 10 s after SIGINT, and up when it says so itself: the best that its documentation offers
 */
export type Pm2Variant = 'as it comes' | 'told to wait'

export type Pm2Options = {
  readonly folder: string
  readonly artifact: string
  readonly witness: Witness
  readonly instances: number
  readonly variant: Pm2Variant
}

const run = promisify(execFile)

export class Pm2Switcher implements Switcher {
  readonly #options: Pm2Options
  readonly #book = new WindowBook()
  #releases = 0
  port = 0

  /** @throws PeerMissing */
  static async open(options: Pm2Options): Promise<Pm2Switcher> {
    await install()
    return new Pm2Switcher(options)
  }

  private constructor(options: Pm2Options) {
    this.#options = options
  }

  get windows() {
    return this.#book.windows
  }

  async start(): Promise<void> {
    this.port = await freePort()
    const release = this.#nextRelease()
    this.#book.open(release, steadyMs())
    await this.#pm2(['start', this.#writeSettings(), '--update-env'], release)
    await this.#untilUp(release)
  }

  async deploy(): Promise<Switch> {
    const from = `r${this.#releases}`
    const release = this.#nextRelease()
    const askedMs = steadyMs()
    this.#book.open(release, askedMs)
    await this.#pm2(['reload', 'application', '--update-env'], release)
    const inForceMs = steadyMs()
    this.#book.close(from, inForceMs)
    return { kind: 'deploy', from, to: release, askedMs, acceptedMs: askedMs, inForceMs, endedMs: inForceMs }
  }

  async rollback(): Promise<Switch> {
    throw new Error('pm2 reload knows no way back but another reload')
  }

  async close(): Promise<void> {
    await this.#pm2(['kill'], '')
  }

  #nextRelease(): string {
    return `r${++this.#releases}`
  }

  async #untilUp(release: string): Promise<void> {
    const { witness, instances } = this.#options
    const isUp = (alive: typeof witness.alive) => alive.filter((one) => one.release === release).length === instances
    await witness.until((alive) => (isUp(alive) ? true : undefined))
  }

  #writeSettings(): string {
    const { folder, artifact, instances, variant } = this.#options
    const file = join(folder, 'pm2.json')
    const waiting = variant === 'told to wait' ? { kill_timeout: 10_000, wait_ready: true } : {}
    const application = {
      name: 'application',
      script: join(artifact, 'server.js'),
      exec_mode: 'cluster',
      instances,
      out_file: '/dev/null',
      error_file: join(folder, 'pm2-errors.txt'),
      ...waiting,
    }
    writeFileSync(file, JSON.stringify({ apps: [application] }))
    return file
  }

  async #pm2(args: readonly string[], release: string): Promise<void> {
    const { folder, witness } = this.#options
    await run(process.execPath, [join(cacheFolder, 'node_modules/pm2/bin/pm2'), ...args], {
      timeout: callWithinMs,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
        PM2_HOME: join(folder, 'pm2'),
        PORT: String(this.port),
        BENCH_RELEASE: release,
        BENCH_WITNESS: String(witness.port),
      },
    })
  }
}

async function install(): Promise<void> {
  if (existsSync(join(cacheFolder, 'node_modules/pm2/package.json'))) return
  mkdirSync(cacheFolder, { recursive: true })
  writeFileSync(join(cacheFolder, 'package.json'), JSON.stringify({ private: true, dependencies: { pm2: version } }))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  try {
    await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: cacheFolder,
      timeout: installWithinMs,
    })
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n').at(-1) ?? '') : String(error)
    throw new PeerMissing(`left out: npm could not install pm2 ${version} here (${why})`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return address !== null && typeof address === 'object' ? address.port : 0
}
