/** Hosts that are enrolled and the agents that poll for them, for tests: each room has a store of its own. */
import { type Access, type Actor, authenticate, openAccess } from '../../access/index.ts'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openKeyring } from '../../sealing/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import type { HostFacts } from '../outcome.ts'
import { enrolHost } from './enrol.ts'
import { type HostRegistry, openHostRegistry } from './registry.ts'
import { reportOutcome } from './report-outcome.ts'
import type { Poll, Report } from './schemas.ts'
import { takeCommands } from './take-commands.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
export const status = { kind: 'instanceStatus', instance: 'web-1' } as const
export const forever = new AbortController().signal

export const facts: HostFacts = {
  ...{ host: 'h', hostname: 'tokyo-1.example', platform: 'linux', cpus: 2, load: 0.5, instances: 0, root: false },
  memoryBytes: { total: 2, available: 1 },
  diskBytes: { total: 2, available: 1 },
  ports: { from: 1, to: 2, inUse: 0, quarantined: 0, free: 2 },
  edge: { state: 'none' },
  memoryLimit: 'watched',
  agentStartedAt: 0,
}

/** What an agent of the host says, by its token, to the registry. */
export class FakeAgent {
  readonly actor: Actor
  readonly #registry: HostRegistry
  readonly #host: string
  readonly #session: string
  constructor(registry: HostRegistry, host: string, token: string, session = 'session-1') {
    this.actor = authenticate(registry.options.access, token, 'api')
    this.#registry = registry
    this.#host = host
    this.#session = session
  }

  async poll(changes: Partial<Poll> = {}, signal: AbortSignal = forever): Promise<readonly string[]> {
    const poll: Poll = { session: this.#session, agent: { version: '1' }, facts, edge: null, ...changes }
    const { commands } = await takeCommands(this.#registry, this.actor, { host: this.#host, poll }, signal)
    return commands.map(({ key }) => key)
  }

  answer(key: string, outcome: Partial<Report['outcome']> = {}): boolean {
    const done = { key, ok: true as const, result: { instance: 'web-1' }, ...outcome } as Report['outcome']
    const report: Report = { session: this.#session, outcome: done }
    return reportOutcome(this.#registry, this.actor, { host: this.#host, report }).awaited
  }
}

/** Whoever opens it closes its store. */
export class RegistryRoom {
  readonly store: Store
  readonly clock = new VirtualClock()
  readonly access: Access
  readonly registry: HostRegistry

  constructor() {
    const { clock } = this
    const store = openStore({ path: ':memory:', clock, logger: silentLogger })
    let chance = 0
    const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++chance)
    const keyring = openKeyring({
      keys: () => [{ id: '0', key: new Uint8Array(32) }],
      randomBytes: (length) => new Uint8Array(length),
    })
    const access = openAccess({ store, clock, logger: silentLogger, randomBytes, keyring })
    this.store = store
    this.access = access
    this.registry = openHostRegistry({ store, access, clock, logger: silentLogger, randomBytes })
  }

  /** Everything that waits for no time has happened. */
  readonly settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      // What is being committed takes longer than a turn where a server does it.
      await this.store.tick()
    }
  }

  readonly enrolled = async (name = 'tokyo-1'): Promise<{ id: string; token: string; agent: FakeAgent }> => {
    const { host, token } = await enrolHost(this.registry, admin, { name, zone: 'tokyo' })
    return { id: host.id, token, agent: new FakeAgent(this.registry, host.id, token) }
  }

  readonly ask = (host: string, key: string, signal: AbortSignal = forever) =>
    this.registry.run<'instanceStatus'>(host, { ...status, key }, signal)

  readonly trail = (): unknown[] =>
    this.store.read
      .all<{ action: string; actor_id: string }>('SELECT action, actor_id FROM trail_unsealed ORDER BY position')
      .map(({ action, actor_id }) => `${action} by ${actor_id}`)
}

/** What it came to, once it has. */
export function outcomeOf(promise: Promise<unknown>): { value?: unknown; code?: unknown } {
  const seen: { value?: unknown; code?: unknown } = {}
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.code = error instanceof Error && 'code' in error ? error.code : error),
  )
  return seen
}
