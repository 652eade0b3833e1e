/** What the agent needs of its machine. `linux.ts` and `darwin.ts` are real ones; tests have one in memory with faults. */

/** One process for good: a pid alone is used again. `start` is opaque and only compared; it is unique for a pid in one boot. */
export type Identity = { readonly pid: number; readonly start: string }

export type ProcessFacts = Identity & {
  readonly parent: number
  /** The pid of the session's leader. */
  readonly session: number
  /** It ended and nobody has asked for its exit code yet. */
  readonly zombie: boolean
  readonly residentBytes: number
}

export type SignalName = NodeJS.Signals

/** A process to start, in a session of its own, that outlives whoever starts it. */
export type StartOrder = {
  readonly file: string
  readonly words: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Receives the standard output, by appending; the standard error goes nowhere unless the program joins the two. */
  readonly outputFile: string
  /** Appended to on descriptor 3. */
  readonly statusFile?: string
  /** Written to on descriptor 4: the member list of a control group. */
  readonly groupFile?: string
  readonly user?: { readonly uid: number; readonly gid: number }
}

export type Ending = {
  /** It never came to run. */
  readonly fault?: Error
  readonly code?: number
  readonly signal?: string
}

export interface Processes {
  /** Changes with every boot of the machine: no process outlives it. */
  readonly boot: string
  /** Undefined when there is none. */
  read(pid: number): ProcessFacts | undefined
  list(): readonly ProcessFacts[]
  /** The value of HOLDFAST_MARKER in the process's environment, when it has one that may be read. */
  marker(pid: number): string | undefined
  /** Whether it has a handler for the signal now; undefined when the machine does not tell. */
  catches(pid: number, signal: SignalName): boolean | undefined
  /** To this one process. One that is gone is no error. */
  signal(pid: number, signal: SignalName): void
  /**
   * Starts it and returns its pid at once, visible to `read` and `marker`; undefined when it could not start, in which case
   * `ended` says why. `ended` is called once, never from inside this call.
   */
  start(order: StartOrder, ended: (ending: Ending) => void): number | undefined
}

/** Small files of the agent's own. */
export interface Files {
  /** Undefined when there is no such file. Never follows a link in the last place. */
  read(path: string): string | undefined
  /** Never seen half written; on the disk, its name too, when this returns. Mode 600. */
  write(path: string, text: string): void
  /** Names, sorted; empty when there is no such folder. */
  list(folder: string): readonly string[]
  makeFolder(path: string): void
  /** Atomic within the data folder. */
  move(from: string, to: string): void
  /** A file or a whole folder; nothing there is no error. */
  remove(path: string): void
}

export type Listener = {
  readonly port: number
  readonly socket: string
  /** It takes what comes to ::1, and nothing else. */
  readonly isLoopback6?: true
}

export interface Sockets {
  /** Whether somebody could listen on it now, on all addresses. */
  isFree(port: number): Promise<boolean>
  /** The listening sockets on this port; undefined when the machine does not tell. */
  listeners(port: number): readonly Listener[] | undefined
  /** Whether the process holds one of the sockets. */
  holds(pid: number, sockets: ReadonlySet<string>): boolean
  /** The ports on which the process listens; none where the machine does not tell. */
  portsOf(pid: number): readonly number[]
}
