/** A whole deploying Holdfast for tests: store, engine, janitor and a target in memory, in time that stands until it is moved. */
import { generateKeyPairSync } from 'node:crypto'
import { type Access, type Actor, openAccess } from '../access/index.ts'
import type { PlainJson } from '../audit/index.ts'
import { type Logger, silentLogger, VirtualClock } from '../base/index.ts'
import {
  createEngine,
  createStateMachine,
  definitionOf,
  embeddedLimits,
  type Engine,
  getExecutionHistory,
  type Procedure,
  procedureHandler,
} from '../engine/index.ts'
import { createExpressions } from '../jsonata/index.ts'
import { openKeyring } from '../sealing/index.ts'
import { openStore, type Store } from '../store/index.ts'
import type { Deployers } from './deployer.ts'
import { type Deploys, openDeploys } from './deploys.ts'
import { type BegunDeployment, deployRelease } from './deployment/deploy.ts'
import { pointerOf } from './deployment/pointer.ts'
import { type Deployment, requireDeployment } from './deployment/rows.ts'
import { FakeTarget, fakeDeployer, servicesOf } from './fake-target.fake.ts'
import { janitorTick } from './janitor.ts'
import { addKey } from './key/add.ts'
import { deployProcedures } from './machine/procedure.ts'
import { parseRelease } from './release/parse.ts'
import { identityOf } from './release/identity.ts'
import type { SignedRelease } from './release/schemas.ts'
import { signRelease } from './release/signature.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const nobody: Actor = { type: 'user', id: 'eve', via: 'api' }
export const account = { region: 'eu-central-1', accountId: '123456789012' }
const roleArn = 'arn:aws:iam::123456789012:role/run'

export const newKeys = (): { readonly publicPem: string; readonly privatePem: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** One key for all tests of a run: making one costs more than a deployment. */
export const keys = newKeys()

const expressions = createExpressions()
const worlds: World[] = []

export async function endWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) await world.end()
}

export type WorldOptions = {
  readonly procedures?: readonly Procedure[]
  /** Of the procedures, those that are our own hooks. */
  readonly hooks?: readonly Procedure[]
  readonly logger?: Logger
  /** For targets that share its time. */
  readonly clock?: VirtualClock
  /** Besides the fake one. */
  readonly deployers?: Deployers
  /** What stands between the deployments and the store: for crashes. */
  readonly store?: (store: Store) => Store
}

type Document = Readonly<Record<string, PlainJson>>

export class World {
  readonly clock: VirtualClock
  readonly store: Store
  readonly target: FakeTarget
  readonly #options: WorldOptions
  readonly #seed = countedBytes()
  #engine: Engine
  #writing = 0
  deploys: Deploys

  constructor(options: WorldOptions = {}) {
    this.#options = options
    const { logger = silentLogger, clock = new VirtualClock() } = options
    this.clock = clock
    this.store = openStore({ path: ':memory:', clock: this.clock, logger })
    this.target = new FakeTarget(this.clock)
    const { deploys, engine } = this.#build()
    this.deploys = deploys
    this.#engine = engine
    worlds.push(this)
  }

  get engine(): Engine {
    return this.#engine
  }

  #build(): { readonly deploys: Deploys; readonly engine: Engine } {
    const { clock } = this
    const { logger = silentLogger, store: wrap = (store: Store) => store, procedures = [] } = this.#options
    const ground = { clock, logger, randomBytes: this.#seed }
    const deploys = openDeploys({
      ...ground,
      store: wrap(this.#counted(this.store)),
      deployers: { fake: fakeDeployer(this.target, clock), ...this.#options.deployers },
      engine: () => engine,
      hooks: () => this.#options.hooks ?? [],
    })
    const engine: Engine = createEngine({
      ...ground,
      store: this.store,
      expressions,
      account,
      limits: embeddedLimits,
      handlers: [procedureHandler([...deployProcedures(deploys), ...procedures], { account, clock, log: logger })],
      tokenKey: new Uint8Array(32).fill(7),
    })
    return { deploys, engine }
  }

  /** Who may come in: people and tokens beside the deployments, with passwords that are cheap to guess. */
  access(): Access {
    const [randomBytes, passwordCost] = [countedBytes(), { m: 8, t: 1, p: 1 }]
    const keyring = openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32) }], randomBytes })
    return openAccess({
      ...{ store: this.store, clock: this.clock, logger: silentLogger },
      ...{ randomBytes, keyring, passwordCost },
    })
  }

  /** Machines and a key: what a first start sets up. */
  async begin(): Promise<this> {
    for (const procedure of [...deployProcedures(this.deploys), ...(this.#options.procedures ?? [])]) {
      const definition = definitionOf(procedure, account)
      await createStateMachine(this.engine, admin, { name: procedure.name, definition, roleArn })
    }
    await addKey(this.deploys, admin, { name: 'ci', publicKey: keys.publicPem })
    return this
  }

  /** The store, with its unanswered writes counted. */
  #counted(store: Store): Store {
    const write: Store['write'] = (work) => {
      this.#writing++
      return store.write(work).finally(() => {
        this.#writing--
      })
    }
    return new Proxy(store, { get: (inner, name) => (name === 'write' ? write : Reflect.get(inner, name)) })
  }

  // ---- time

  /** Everything happens that needs no time. */
  async settle(): Promise<void> {
    // Whatever goes on without time goes on through a write, of the engine or of a deployment.
    for (let quiet = 0; quiet < 4; quiet++) {
      if (this.engine.writer.busy || this.#writing > 0) quiet = -1
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  /** Time passes, and what falls due on the way happens in its time. */
  async advance(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.settle())
  }

  /** The deployment ends without time: for targets that really do something. */
  async untilEndedAtOnce(id: string): Promise<Deployment> {
    while (this.deployment(id).endedAt === null) await new Promise<void>((resolve) => setImmediate(resolve))
    return this.deployment(id)
  }

  /** Time passes until the deployment has ended, or an hour is over. */
  async untilEnded(id: string, within = 3_600_000): Promise<Deployment> {
    await this.until(() => this.deployment(id).endedAt !== null, within)
    await this.settle()
    return this.deployment(id)
  }

  async until(happened: () => boolean, within = 3_600_000): Promise<void> {
    const end = this.clock.now() + within
    await this.settle()
    while (!happened()) {
      const next = this.clock.nextAlarm()
      if (next === undefined || next > end) throw new Error(`it did not happen within ${within} ms`)
      this.clock.advanceTo(next)
      await this.settle()
    }
  }

  async tick(): Promise<void> {
    const tick = janitorTick(this.deploys, new AbortController().signal)
    let over = false
    void tick.finally(() => {
      over = true
    })
    await this.until(() => over)
    await tick
  }

  // ---- releases

  /** A release file signed by the key of the tests, dated now unless it says otherwise. */
  sign(document: Document = {}): SignedRelease {
    const full = this.document(document)
    const release = parseRelease(this.deploys.deployers, full)
    const signed = signRelease(keys.privatePem, full)
    servicesOf.set(identityOf(full, release.createdAt).id, release.services)
    return signed
  }

  document(document: Document = {}): Document {
    return {
      project: 'shop/web',
      config: 'production',
      services: { web: { instances: 3 } },
      artifact: { sha256: 'a'.repeat(64) },
      createdAt: new Date(this.clock.now()).toISOString(),
      ...document,
    }
  }

  /** Begins, and lets happen what needs no time. */
  async deploy(document: Document = {}): Promise<BegunDeployment> {
    const begun = await deployRelease(this.deploys, admin, this.sign(document))
    await this.settle()
    return begun
  }

  /** Deploys and waits for the end. A second passes first, so that each release is newer than the one before. */
  async deployed(document: Document = {}): Promise<Deployment> {
    await this.advance(1000)
    return this.untilEnded((await this.deploy(document)).id)
  }

  deployment(id: string): Deployment {
    return requireDeployment(this.store.read, id)
  }

  pointer(project = 'shop/web', config = 'production') {
    return pointerOf(this.store.read, { project, config })
  }

  async path(executionArn: string | null): Promise<readonly string[]> {
    const request = { executionArn: executionArn ?? '', limit: 1000 }
    const { items } = await getExecutionHistory(this.engine, admin, request)
    return items.flatMap(({ type, details }) => (type.endsWith('StateEntered') ? [String(details?.['name'])] : []))
  }

  rows<Row extends object>(sql: string, ...parameters: (string | number)[]): Row[] {
    return this.store.read.all<Row>(sql, ...parameters)
  }

  trail(): string[] {
    return this.rows<{ action: string }>('SELECT action FROM trail_unsealed ORDER BY position').map(
      ({ action }) => action,
    )
  }

  // ---- the process

  /** The process dies: what was committed stays, what was under way is never heard of again. A new one takes up the store. */
  async crash(): Promise<void> {
    await this.engine.close()
    const { deploys, engine } = this.#build()
    this.deploys = deploys
    this.#engine = engine
    await engine.recover()
    await this.settle()
  }

  async end(): Promise<void> {
    await this.engine.close()
    await this.store.close()
  }
}

/** Bytes that differ each time and are the same in each run. */
function countedBytes(): (length: number) => Uint8Array {
  let state = 0x2545f491
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    })
}
