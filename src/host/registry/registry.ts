/**
 * The control plane's side of its hosts: who is enrolled (in the store) and what their agents are doing (in memory). Verbs
 * work with it; a deployer sees it as `Hosts`.
 */
import { type Access, hostIdPrefix } from '../../access/index.ts'
import type { Clock, Logger, RandomBytes } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import type { CommandInput, CommandKind } from '../contract.ts'
import type { Hosts, HostView } from '../hosts.ts'
import type { HostFacts, Outcomes } from '../outcome.ts'
import { AgentLink } from './agent-link.ts'
import { readAnswer } from './answers.ts'
import { hostAway, registryClosing, unknownHost } from './errors.ts'
import { allHosts, findHost, type HostRow } from './rows.ts'
import { registryDefaults, type RegistrySettings } from './settings.ts'
import { viewOf } from './view.ts'

export type HostRegistryOptions = {
  readonly store: Store
  /** Makes and revokes the tokens of agents. */
  readonly access: Access
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  readonly settings?: Partial<RegistrySettings>
}

/** What an agent told of itself, newest. */
export type Told = {
  readonly agentVersion: string
  readonly edge: { readonly url: string } | undefined
  readonly facts: HostFacts
}

/** A host's agent as this process knows it. */
export type LiveAgent = {
  readonly link: AgentLink
  told: Told | undefined
  lastSeenAt: number | undefined
  /** When that was last written down. */
  notedAt: number
}

export interface HostRegistry extends Hosts {
  readonly options: HostRegistryOptions
  readonly settings: RegistrySettings
  readonly agents: ReadonlyMap<string, LiveAgent>
  /** The enrolled host of this id or name. @throws HoldfastError host.unknown */
  find(named: string): HostRow
  /** What is known of its agent. */
  agentOf(row: HostRow): LiveAgent
  /** Forgets a removed host: who waits for it is told. */
  forget(id: string): void
  /** Ends every poll; whoever waits for a command is told host.closing. */
  close(): void
}

export function openHostRegistry(options: HostRegistryOptions): HostRegistry {
  return new Registry(options)
}

class Registry implements HostRegistry {
  readonly options: HostRegistryOptions
  readonly settings: RegistrySettings
  readonly agents = new Map<string, LiveAgent>()
  #isClosed = false

  constructor(options: HostRegistryOptions) {
    this.options = options
    this.settings = { ...registryDefaults, ...options.settings }
  }

  list(): readonly HostView[] {
    return allHosts(this.options.store.read).map((row) => viewOf(row, this.agents.get(row.id)))
  }

  async run<K extends CommandKind>(
    host: string,
    command: Extract<CommandInput, { readonly kind: K }>,
    signal: AbortSignal,
  ): Promise<Outcomes[K]> {
    const row = this.find(host)
    return readAnswer<K>(row.name, command.kind, await this.agentOf(row).link.ask(command, signal))
  }

  find(named: string): HostRow {
    const row = findHost(this.options.store.read, named)
    if (row === undefined) throw unknownHost(named)
    return row
  }

  agentOf(row: HostRow): LiveAgent {
    const known = this.agents.get(row.id)
    if (known !== undefined) return known
    const live: LiveAgent = {
      link: this.#linkTo(row, () => live.lastSeenAt),
      told: undefined,
      lastSeenAt: row.last_seen_at ?? undefined,
      notedAt: row.last_seen_at ?? -Infinity,
    }
    if (this.#isClosed) live.link.end(registryClosing())
    this.agents.set(row.id, live)
    return live
  }

  forget(id: string): void {
    this.agents.get(id)?.link.end(unknownHost(id))
    this.agents.delete(id)
  }

  close(): void {
    this.#isClosed = true
    for (const { link } of this.agents.values()) link.end(registryClosing())
  }

  #linkTo({ id, name }: HostRow, lastSeenAt: () => number | undefined): AgentLink {
    const { clock, logger } = this.options
    return new AgentLink({
      clock,
      settings: this.settings,
      away: () => hostAway({ name, lastSeenAt: lastSeenAt(), now: clock.now() }),
      onConnected: () => logger.info("a host's agent is connected", { host: id, name }),
      onLost: () => logger.warn(`the agent of host "${name}" is away`, { host: id }),
    })
  }
}

/** Ids look like `hst_01J…`. */
export const isHostId = (named: string): boolean => named.startsWith(hostIdPrefix)
