/** What may be set about the registry, with its defaults. Milliseconds. */

export type RegistrySettings = {
  /** How long a command waits for an agent that is away, from when it is asked or the agent was lost, whichever is later. */
  readonly patienceMs: number
  /** Longest wait of an agent's poll, below what proxies cut off. */
  readonly pollMs: number
  /** A command without an outcome is handed out again after this, unless the agent says that it is at it. */
  readonly leaseMs: number
  /** Between two polls an agent is not away yet. */
  readonly graceMs: number
  /** How often it is noted that an agent was there. */
  readonly noteEveryMs: number
}

export const registryDefaults: RegistrySettings = {
  patienceMs: 30_000,
  pollMs: 25_000,
  leaseMs: 5_000,
  graceMs: 2_000,
  noteEveryMs: 60_000,
}
