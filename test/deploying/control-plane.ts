/** Control planes for tests: one in this process, and one in a process of its own that can be killed. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { staticFilesDeployer } from '../../examples/deployer-static-files/deployer.ts'
import { readConfiguration, startRuntime, systemClock, systemRandom } from '../../src/app/index.ts'
import { silentLogger } from '../../src/base/index.ts'
import type { Deployer } from '../../src/deploy/index.ts'
import type { Address } from './client.ts'

export type Plane = Address & { readonly stop: () => Promise<void> }

/** `folder` holds the data of the control plane, and the sites. */
export async function startPlane(
  folder: string,
  alter: (deployer: Deployer) => Deployer = (deployer) => deployer,
): Promise<Plane> {
  const dataFolder = join(folder, 'data')
  mkdirSync(dataFolder, { recursive: true })
  const { configuration, file } = await readConfiguration({
    workingFolder: folder,
    file: undefined,
    overrides: { port: 0 },
  })
  const runtime = await startRuntime({
    version: '0.0.0',
    dataFolder,
    configuration,
    configurationFile: file,
    deployers: { 'static-files': alter(staticFilesDeployer(join(folder, 'www'))) },
    environment: {},
    clock: systemClock,
    randomBytes: systemRandom,
    logger: silentLogger,
    pid: process.pid,
  })
  return { url: runtime.address.url, tokenFile: runtime.tokenFile ?? '', stop: () => runtime.stop() }
}

/**
 * Where the process dies: before the call has its effect, or after it and before anybody hears of it. The call `answer` is that of
 * a request with an Idempotency-Key: after it did its work.
 */
export type Death = { readonly call: string; readonly moment: 'before' | 'after'; readonly undo?: true }

/** What the process says: its address once it is up, and when it has come to where it shall die. */
export type Word = { readonly up: Address } | { readonly reached: true }

export class Victim {
  readonly #process: ChildProcess
  readonly up: Promise<Address>
  readonly reached: Promise<void>

  constructor(folder: string, death: Death) {
    const file = join(import.meta.dirname, 'control-plane.fixture.ts')
    this.#process = fork(file, [folder, JSON.stringify(death)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const [up, reached] = [Promise.withResolvers<Address>(), Promise.withResolvers<void>()]
    this.#process.on('message', (word: Word) => ('up' in word ? up.resolve(word.up) : reached.resolve()))
    this.#process.once('exit', (code) => {
      up.reject(new Error(`it ended with ${code} before it was up`))
      reached.reject(new Error(`it ended with ${code} before it came to ${death.call}`))
    })
    // Whoever waits for one of them is told; nobody has to wait for both.
    up.promise.catch(() => {})
    reached.promise.catch(() => {})
    this.up = up.promise
    this.reached = reached.promise
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}
