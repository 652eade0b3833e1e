/** How a run ended, in words. */
import type { InstanceExit } from '../outcome.ts'
import type { Run, StopOrder } from './record.ts'
import type { Said } from './status.ts'

/** Numbers of signals that are the same on Linux and macOS. A shell tells an end by signal as 128 and its number. */
const signals: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [4, 'SIGILL'],
  [5, 'SIGTRAP'],
  [6, 'SIGABRT'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
])

export type Ending = {
  readonly run: Run
  readonly said: Said
  readonly outOfMemory: boolean
  readonly fault?: string
  readonly stop: StopOrder | undefined
  readonly now: number
}

export function exitOf({ run, said, outOfMemory, fault, stop, now }: Ending): InstanceExit {
  const base = { at: now, ranMs: Math.max(0, now - run.startedAt) }
  if (said.exit === undefined) {
    // Nobody was left to see the end: the shim itself was killed, or never came to run.
    if (said.shim !== undefined) return { ...base, reason: 'vanished' }
    return { ...base, reason: 'could-not-start', ...(fault !== undefined && { detail: fault }) }
  }
  const signal = signals.get(said.exit - 128)
  const how = signal === undefined ? { code: said.exit } : { signal }
  const reason = outOfMemory
    ? 'out-of-memory'
    : stop !== undefined
      ? 'stopped'
      : signal === undefined
        ? 'exited'
        : 'killed'
  return { ...base, ...how, reason }
}
