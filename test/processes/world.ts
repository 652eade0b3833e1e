/** Deployments to real agents, edges and processes of this machine, all but the edges and the instances in this process. */
import { execFileSync } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask } from '../../src/edge/world.fake.ts'
import { launchEdge } from '../../src/edge/index.ts'
import { HoldfastError, silentLogger } from '../../src/base/index.ts'
import {
  addKey,
  type Deploys,
  deployProcedures,
  deployRelease,
  openDeploys,
  processDeployer,
  signRelease,
} from '../../src/deploy/index.ts'
import { account, admin, keys } from '../../src/deploy/world.ts'
import { requireDeployment, type Deployment } from '../../src/deploy/deployment/rows.ts'
import {
  createEngine,
  createStateMachine,
  definitionOf,
  embeddedLimits,
  type Engine,
  procedureHandler,
} from '../../src/engine/index.ts'
import { openTestHost, realClock, type TestHost } from '../../src/host/agent-world.ts'
import type { CommandInput, CommandKind, Hosts, HostView, Outcomes } from '../../src/host/index.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { PlainJson } from '../../src/audit/index.ts'

type Document = Readonly<Record<string, PlainJson>>

const launcher = {
  executable: process.execPath,
  before: [fileURLToPath(new URL('../../src/app/edge-main.ts', import.meta.url))],
}

type RunningHost = { readonly host: TestHost; readonly port: number; readonly stop: () => Promise<void> }

/** The hosts' agents, called in this process. */
class LocalHosts implements Hosts {
  readonly running = new Map<string, RunningHost>()

  list(): readonly HostView[] {
    return [...this.running].map(([name, { port }]) => ({
      ...{ id: `hst_${name}`, name, zone: name, address: '127.0.0.1', state: 'connected', facts: undefined },
      edge: { url: `http://127.0.0.1:${port}` },
      lastSeenAt: realClock.now(),
    }))
  }

  async run<K extends CommandKind>(
    name: string,
    command: Extract<CommandInput, { readonly kind: K }>,
    signal: AbortSignal,
  ): Promise<Outcomes[K]> {
    const found = this.running.get(name)
    if (found === undefined) throw new HoldfastError('host.unknown', `there is no host ${name}`, { kind: 'missing' })
    const outcome = await Promise.race([found.host.agent().run<K>(command), aborted(signal)])
    if (outcome.ok) return outcome.result
    const { code, message, kind, repair } = outcome.failure
    throw new HoldfastError(code, message, { kind: kind as 'invalid', ...(repair === undefined ? {} : { repair }) })
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

export class RealWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-processes-'))
  readonly hosts = new LocalHosts()
  readonly #store = openStore({ path: ':memory:', clock: realClock, logger: silentLogger })
  readonly deploys: Deploys
  readonly #engine: Engine
  #dated = Date.now() - 60_000

  constructor() {
    const ground = { clock: realClock, logger: silentLogger, randomBytes: random }
    const deployers = { process: processDeployer({ hosts: this.hosts, clock: realClock }) }
    this.deploys = openDeploys({ ...ground, store: this.#store, deployers, engine: () => this.#engine })
    this.#engine = createEngine({
      ...ground,
      store: this.#store,
      expressions: createExpressions(),
      account,
      limits: embeddedLimits,
      handlers: [procedureHandler(deployProcedures(this.deploys), { account, clock: realClock, log: silentLogger })],
      tokenKey: new Uint8Array(32).fill(7),
    })
  }

  async begin(...names: readonly string[]): Promise<this> {
    for (const name of names) this.hosts.running.set(name, await this.#start(name))
    for (const procedure of deployProcedures(this.deploys)) {
      const definition = definitionOf(procedure, account)
      const roleArn = 'arn:aws:iam::123456789012:role/run'
      await createStateMachine(this.#engine, admin, { name: procedure.name, definition, roleArn })
    }
    await addKey(this.deploys, admin, { name: 'ci', publicKey: keys.publicPem })
    return this
  }

  async #start(name: string): Promise<RunningHost> {
    const folder = join(this.folder, `edge-${name}`)
    const settings = { listeners: [{ name: 'http', host: '127.0.0.1', port: 0 }] }
    const open = () => launchEdge({ folder, settings, launcher, clock: realClock })
    const edge = await open()
    const { listeners } = await edge.status()
    const host = await openTestHost({ edge: { open } })
    const stop = async (): Promise<void> => {
      await host.end()
      await edge.stop({ withinMs: 200 })
    }
    return { host, port: listeners[0]?.port ?? 0, stop }
  }

  /** An archive of these files, as a release file names it. */
  pack(name: string, files: Readonly<Record<string, string>>): Document {
    const folder = join(this.folder, name)
    mkdirSync(folder)
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
    const archive = join(this.folder, `${name}.tgz`)
    execFileSync('tar', ['-czf', archive, '-C', folder, '.'])
    return { url: `file://${archive}`, sha256: createHash('sha256').update(readFileSync(archive)).digest('hex') }
  }

  async deploy(artifact: Document, service: Document, more: Document = {}): Promise<Deployment> {
    this.#dated += 1000
    const release = {
      ...{ project: 'acme/shop', config: 'production', target: 'process', artifact },
      services: { web: service },
      strategy: { kind: 'all-at-once', bake: { for: '0s' } },
      createdAt: new Date(this.#dated).toISOString(),
      ...more,
    }
    const { id } = await deployRelease(this.deploys, admin, signRelease(keys.privatePem, release))
    return this.ended(id)
  }

  /** When the deployment has come to its end. */
  async ended(id: string): Promise<Deployment> {
    for (;;) {
      const deployment = requireDeployment(this.#store.read, id)
      if (deployment.endedAt !== null) return deployment
      await turn()
    }
  }

  get ports(): readonly number[] {
    return [...this.hosts.running.values()].map(({ port }) => port)
  }

  async get(port: number, path = '/') {
    return ask(port, { path, headers: { host: 'shop.example.com' } })
  }

  async instances(): Promise<readonly string[]> {
    const told = await Promise.all(
      [...this.hosts.running.values()].map(({ host }) => host.ok({ kind: 'listInstances', key: `l${Math.random()}` })),
    )
    return told.flatMap(({ instances }) => instances.map(({ instance }) => instance)).toSorted()
  }

  async end(): Promise<void> {
    await this.#engine.close()
    for (const { stop } of this.hosts.running.values()) await stop()
    await this.#store.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))
/** Gives everything else its turn; who waits in vain is ended by the test's time limit. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))
