/** What the agent answers to each command of contract.ts, as plain JSON. */
import type { EdgeFailures, EdgeStatus, Route, RouteStatus } from '../edge/index.ts'

export type PreparedArtifact = {
  /** Names the working copy in startInstance. */
  readonly workingCopy: string
  /** Of the archive's bytes, or of the folder's tree. */
  readonly sha256: string
  readonly files: number
  readonly bytes: number
  /** The working copy was there already, built. */
  readonly reused: boolean
  readonly tookMs: number
}

/**
 * - `starting`: a process is about to run, or waits for its next restart
 * - `running`: a process runs (health is asked for separately)
 * - `crash-looping`: so many exits so fast; it is still restarted, at the longest delay
 * - `ended`: its policy says not to restart
 * - `stopping`, `stopped`: it was told to stop
 */
export type InstancePhase = 'starting' | 'running' | 'crash-looping' | 'ended' | 'stopping' | 'stopped'

export type InstanceExit = {
  readonly at: number
  /** Absent when it was a signal, or when nobody saw it end. */
  readonly code?: number
  readonly signal?: string
  readonly reason: 'exited' | 'killed' | 'out-of-memory' | 'stopped' | 'vanished' | 'could-not-start'
  readonly ranMs: number
  /** Why it could not start, for a person. */
  readonly detail?: string
}

export type InstanceStatus = {
  readonly instance: string
  readonly project: string
  readonly config: string
  readonly release: string
  readonly service: string
  readonly phase: InstancePhase
  readonly port?: number
  /** Of the application's main process, while it runs. */
  readonly pid?: number
  readonly startedAt?: number
  /** How often it was started again. */
  readonly restarts: number
  readonly lastExit?: InstanceExit
  readonly nextStartAt?: number
  /** It waits to come back: somebody else listens on its port. */
  readonly portTaken?: true
  readonly workingCopy?: string
  readonly dataFolder?: string
  /** Resident memory of all its processes, while it runs. */
  readonly memoryBytes?: number
  readonly processes?: number
}

export type HealthReport = {
  readonly instance: string
  readonly release: string
  readonly healthy: boolean
  /** In a row, at the end. */
  readonly successes: number
  readonly probes: number
  /** Where it answered: an application that listens on "localhost" may have only one of the two. */
  readonly address?: '127.0.0.1' | '::1'
  /** What shows that the answers came from this instance. */
  readonly proof?: 'release-id' | 'socket' | 'command' | 'process'
  /** Whoever listens on its port is this instance, however its health was asked: what other hosts' edges cannot see. */
  readonly listens?: 'itself'
  /** Why not, for a machine; `final` says that waiting longer is of no use. */
  readonly reason?:
    | 'starting'
    | 'not-listening'
    | 'no-answer'
    | 'status'
    | 'wrong-release'
    | 'foreign-socket'
    | 'unproven'
    | 'command-failed'
    | 'too-young'
    | 'crash-loop'
    | 'not-running'
  readonly final: boolean
  /** For a person: what was asked, what came, the application's last lines when it crashed. */
  readonly detail: string
  readonly tookMs: number
}

export type StoppedInstance = {
  readonly instance: string
  readonly wasRunning: boolean
  readonly exit?: InstanceExit
  /** SIGKILL was needed. */
  readonly killed: boolean
  readonly removed: boolean
  /** How long its signal waited for the edge to have nothing under way on it; absent when there was nothing to wait for. */
  readonly drainedMs?: number
  readonly tookMs: number
}

export type RanCommand = {
  /** `exited` with a code, `killed` by a signal that was not ours, or ended by us. */
  readonly how: 'exited' | 'killed' | 'timed-out' | 'out-of-memory'
  readonly code?: number
  readonly signal?: string
  /** Its last lines, both streams in the order of writing. Values of its secrets are masked. */
  readonly output: string
  readonly tookMs: number
}

export type RemovedCopy = {
  /** Something was there and is gone. */
  readonly removed: boolean
  readonly workingCopies: readonly string[]
  /** Instances for which a copy was kept. */
  readonly usedBy: readonly string[]
}

export type RoutesSet = {
  /** Of the edge's routes: these are in force since then. Grows with every push. */
  readonly version: number
  /** On this host's disk. False when the disk did not take them: they are in force, and kept as soon as it does. */
  readonly stored: boolean
  readonly tookMs: number
  /** How long the targets took to be seen healthy, when that was waited for. */
  readonly healthyAfterMs?: number
}

/** The edge's status of a route, under the id that its place gave it. */
export type PlaceRouteStatus = RouteStatus & {
  readonly project: string
  readonly config: string
}

/** What the host was told last about a place, whether the edge has it already or not. */
export type ToldRoutes = { readonly project: string; readonly config: string; readonly routes: readonly Route[] }

export type EdgeReading = { readonly places: readonly ToldRoutes[] } & (
  | {
      readonly reachable: true
      /** In force. */
      readonly version: number
      readonly now: number
      readonly listeners: EdgeStatus['listeners']
      /** Since then it counts. */
      readonly startedAt: number
      /** Holds the listening sockets; absent of an agent that does not tell yet. */
      readonly keeper?: { readonly pid: number }
      readonly workers?: EdgeStatus['workers']
      /** Workers that died, since the edge started. */
      readonly crashes: number
      readonly routes: readonly PlaceRouteStatus[]
      /** Answers made before a route was found. */
      readonly unrouted: EdgeFailures
    }
  | { readonly reachable: false; readonly why: string; readonly routes: readonly [] }
)

/** `none`: the agent was started without an edge. */
export type EdgeFacts =
  | { readonly state: 'none' }
  | { readonly state: 'away'; readonly why: string }
  | { readonly state: 'reachable'; readonly version: number; readonly listeners: EdgeStatus['listeners'] }

/** Whose output can be read. */
export type OutputPlace = {
  readonly project: string
  readonly config: string
  readonly release: string
  /** Absent for a build. */
  readonly service?: string
  /** As `logs` takes it. */
  readonly of: { readonly instance: string } | { readonly workingCopy: string }
  /** Of an instance that is removed. */
  readonly removedAt?: number
  /** Of a build. */
  readonly startedAt?: number
}

export type PrunedArtifacts = {
  readonly workingCopies: readonly string[]
  readonly artifacts: readonly string[]
  readonly freedBytes: number
}

export type LogPiece = {
  readonly text: string
  /** Give it as `after` to go on from here. */
  readonly next: number
  /** What stood between the former answer and this one was rotated away. */
  readonly gap: boolean
  /** The instance is removed: nothing is added any more. */
  readonly ended?: true
}

export type HostFacts = {
  readonly host: string
  readonly hostname: string
  readonly platform: string
  readonly cpus: number
  /** Of the last minute. */
  readonly load: number
  readonly memoryBytes: { readonly total: number; readonly available: number }
  readonly diskBytes: { readonly total: number; readonly available: number }
  readonly ports: {
    readonly from: number
    readonly to: number
    readonly inUse: number
    readonly quarantined: number
    /** Of the range, what `allocate` may still hand out. */
    readonly free: number
  }
  readonly edge: EdgeFacts
  readonly instances: number
  /** How limits.memoryMiB is kept. */
  readonly memoryLimit: 'cgroup2' | 'cgroup1' | 'watched'
  /** Whether `user` may name somebody else. */
  readonly root: boolean
  readonly agentStartedAt: number
}

export type Outcomes = {
  readonly prepareArtifact: PreparedArtifact
  readonly startInstance: InstanceStatus
  readonly stopInstance: StoppedInstance
  readonly checkHealth: HealthReport
  readonly instanceStatus: InstanceStatus
  readonly listInstances: { readonly instances: readonly InstanceStatus[] }
  readonly listOutputs: { readonly outputs: readonly OutputPlace[] }
  readonly pruneArtifacts: PrunedArtifacts
  readonly logs: LogPiece
  readonly hostFacts: HostFacts
  /** What is refused is a failure. */
  readonly checkArtifact: Readonly<Record<string, never>>
  readonly removeCopy: RemovedCopy
  readonly runCommand: RanCommand
  readonly setRoutes: RoutesSet
  readonly edgeStatus: EdgeReading
}
