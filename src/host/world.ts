/** What the verbs of this folder work with; agent.ts builds it. */
import type { Clock, Logger } from '../base/index.ts'
import type { Download } from '../outbound/index.ts'
import type { ArtifactStore } from './artifact/store.ts'
import type { Fences } from './fence/fences.ts'
import type { Finding } from './health/judge.ts'
import type { Records } from './instance/records.ts'
import type { ShimTools } from './instance/shim.ts'
import type { Supervisor } from './instance/supervisor.ts'
import type { KeyedQueue } from './keyed-queue.ts'
import type { KeptLogs } from './log/kept.ts'
import type { MemoryGroups } from './limit/groups.ts'
import type { Files, Processes, Sockets } from './machine/machine.ts'
import type { HostPaths } from './paths.ts'
import type { Router } from './route/router.ts'
import type { Runner } from './run-to-end.ts'
import type { SecretSource } from './secrets.ts'
import type { HostSettings } from './settings.ts'
import type { UserSource } from './user.ts'

export type HostWorld = {
  readonly id: string
  readonly startedAt: number
  readonly paths: HostPaths
  /** The folders of which nothing is for a release: the agent's own, and the data folders of control planes. */
  readonly ownFolders: readonly string[]
  readonly settings: HostSettings
  readonly clock: Clock
  readonly log: Logger
  readonly files: Files
  readonly processes: Processes
  readonly sockets: Sockets
  readonly groups: MemoryGroups
  readonly records: Records
  readonly supervisor: Supervisor
  readonly store: ArtifactStore
  readonly keptLogs: KeptLogs
  readonly fences: Fences
  readonly router: Router
  readonly runner: Runner
  readonly tools: ShimTools
  readonly secretSource: SecretSource
  readonly userSource: UserSource
  readonly download: Download
  readonly newToken: () => string
  /** Artifacts, copies and instances that something is being done to. */
  readonly queue: KeyedQueue
  /** Ports of instances about to be recorded. */
  readonly reservedPorts: Set<number>
  /** Folders of builds that write a log now, which is rotated as those of instances are. */
  readonly buildLogs: Set<string>
  /** Values of secrets in use, to mask them in what is shown: owner → values. In memory only. */
  readonly secretsInUse: Map<string, readonly string[]>
  /** Health commands that run now, by instance, with the token of the run they ask about. */
  readonly probes: Map<string, { readonly run: string | undefined; readonly finding: Promise<Finding> }>
  /** Brings every instance forward now. */
  readonly tick: () => void
  /** Resolves after the tick in which the condition holds, or when the agent closes. */
  readonly until: (condition: () => boolean) => Promise<void>
  /** Aborted when the agent closes. */
  readonly closing: AbortSignal
}
