/**
 * The hosts as the control plane sees them: what a deployer asks and tells. The registry keeps it over HTTP; tests keep it in
 * memory. A command may be delivered more than once: its key makes it the same command.
 */
import type { CommandInput, CommandKind } from './contract.ts'
import type { HostFacts, Outcomes } from './outcome.ts'

export interface Hosts {
  /** All that are enrolled and not removed, by name. */
  list(): readonly HostView[]
  /**
   * Hands the command to the host's agent and waits for what it answers. An agent that is away may come back: it is waited
   * for as long as the registry's patience. @throws HoldfastError the agent's own failure (`host.…`), host.away, host.unknown;
   * the signal's reason when it is aborted (the agent may carry the command out all the same)
   */
  run<K extends CommandKind>(
    host: string,
    command: Extract<CommandInput, { readonly kind: K }>,
    signal: AbortSignal,
  ): Promise<Outcomes[K]>
}

export type HostView = {
  /** `hst_…`. */
  readonly id: string
  /** Chosen by people; unique. */
  readonly name: string
  /** Where it may fail together with others: a data centre, a rack. */
  readonly zone: string
  /** At which other hosts' edges reach its instances. */
  readonly address: string
  /** `draining`: gets no new instances. */
  readonly state: 'connected' | 'away' | 'draining'
  /** Where its edge takes requests; undefined when it runs none. */
  readonly edge: { readonly url: string } | undefined
  /** Milliseconds since 1970 UTC; undefined before its agent first came. */
  readonly lastSeenAt: number | undefined
  /** As its agent last told. */
  readonly facts: HostFacts | undefined
}
