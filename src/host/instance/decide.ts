/** What to do about an instance now: a pure decision over its record and what the machine shows. */
import type { Identity, SignalName } from '../machine/machine.ts'
import type { InstanceExit } from '../outcome.ts'
import { isWrapped } from './command-line.ts'
import { exitOf } from './exit.ts'
import { returned } from './order.ts'
import type { InstanceRecord, Run, StopOrder } from './record.ts'
import { afterExit } from './restart.ts'
import type { Said } from './status.ts'

/** What is known of a run. A process stands here only when pid, start time and boot are those of the run, and it lives. */
export type RunFacts = {
  readonly said: Said
  readonly shim?: Identity
  readonly main?: Identity
  /** Its further processes, each proven by its marker. Looked up only when `main` is gone or the instance is to stop. */
  readonly others: readonly Identity[]
  /** This agent started it (an earlier agent may have died between intent and start). */
  readonly startedHere: boolean
  readonly outOfMemory: boolean
  /** The main process has a handler for the stop signal. */
  readonly catchesStop: boolean
  /** Why it could not be started. */
  readonly fault?: string
}

export type Moment = {
  readonly now: number
  readonly boot: string
  readonly token: string
  /** This agent is here to stop what runs. */
  readonly startsNothing?: boolean
  /** Somebody listens on the port of an instance that comes back. */
  readonly isPortTaken?: boolean
}

export type Target = { readonly process: Identity; readonly signal: SignalName }

export type Decision =
  /** Nothing before `until`, unless a process ends. */
  | { readonly kind: 'rest'; readonly until?: number }
  | { readonly kind: 'save'; readonly record: InstanceRecord }
  /** Save, then start a process for the record's run. */
  | { readonly kind: 'start'; readonly record: InstanceRecord }
  /** Save, then signal each target that is still proven ours. */
  | {
      readonly kind: 'signal'
      readonly record: InstanceRecord
      readonly targets: readonly Target[]
      readonly again: number
      /** Saved once the signals are sent. */
      readonly after?: InstanceRecord
    }

/** How long what a main process left behind may take to end by itself. */
export const leftBehindMs = 5_000
/** How soon to look again for what nobody reports: a process that is not our child, a shim about to write. */
export const lookAgainMs = 50
/** How soon an instance that comes back looks again whether its port is free. */
export const portAgainMs = 1_000

export function decide(record: InstanceRecord, facts: RunFacts | undefined, moment: Moment): Decision {
  const { run } = record
  if (run === undefined || facts === undefined) {
    return record.stop === undefined ? startOrRest(record, moment) : settle(record, moment)
  }
  if (run.boot === moment.boot && isAlive(facts)) {
    return record.stop === undefined ? { kind: 'rest' } : stopRun(record, facts, moment.now)
  }
  return facts.others.length > 0 ? sweep(record, run, facts, moment.now) : endRun(record, run, facts, moment)
}

/** A shim without an exit to tell has its application yet to start, or running. */
function isAlive({ main, shim, said }: RunFacts): boolean {
  return main !== undefined || (shim !== undefined && said.exit === undefined)
}

function startOrRest(record: InstanceRecord, moment: Moment): Decision {
  const { now, boot, token } = moment
  if (record.ended === true || moment.startsNothing === true) return { kind: 'rest' }
  if (record.nextStartAt !== undefined && record.nextStartAt > now) return { kind: 'rest', until: record.nextStartAt }
  if (record.returning === true && moment.isPortTaken === true) return { kind: 'rest', until: now + portAgainMs }
  const { nextStartAt: _, returning: __, ...rest } = record
  const runs = record.runs + 1
  return { kind: 'start', record: { ...rest, runs, run: { number: runs, token, boot, startedAt: now } } }
}

function settle(record: InstanceRecord, { now }: Moment): Decision {
  if (record.stoppedAt !== undefined) return { kind: 'rest' }
  if (record.stop?.returns === true) return { kind: 'save', record: returned(record) }
  const { nextStartAt: _, ...rest } = record
  return { kind: 'save', record: { ...rest, stoppedAt: now } }
}

function stopRun(record: InstanceRecord, facts: RunFacts, now: number): Decision {
  const { stop } = record
  if (stop === undefined) return { kind: 'rest' }
  if (now >= stop.killAt) return killRun(record, stop, facts, now)
  if (stop.signalledAt !== undefined && !isInDoubt(stop, facts))
    return { kind: 'rest', until: Math.min(stop.killAt, now + lookAgainMs) }
  if (facts.main === undefined) return { kind: 'rest', until: now + lookAgainMs }
  const signalled = { ...record, stop: { ...stop, signalledAt: now } }
  return {
    kind: 'signal',
    record: signalled,
    after: { ...signalled, stop: { ...signalled.stop, sent: true } },
    targets: [facts.main, ...(isWrapped(record.spec.command) ? facts.others : [])].map((process) => ({
      process,
      signal: record.spec.stop.signal,
    })),
    again: now + lookAgainMs,
  }
}

/** An application that is dead already has a shim about to write how it ended, which on a busy machine takes a moment. */
function killRun(
  record: InstanceRecord,
  stop: StopOrder,
  { main, shim, others, said }: RunFacts,
  now: number,
): Decision {
  const isWriting = main === undefined && said.main !== undefined && now < stop.killAt + leftBehindMs
  if (!isWriting) return kill(record, [main ?? shim, ...others], now)
  return others.length > 0 ? kill(record, others, now) : { kind: 'rest', until: now + lookAgainMs }
}

/**
 * The agent died between the note and the signal, or just after the signal. Who still has a handler is told again: it
 * catches a second one. Who has none would be gone had it come, or has spent a handler that was good for one: it is left to
 * drain until it is killed.
 */
function isInDoubt({ sent }: StopOrder, { catchesStop }: RunFacts): boolean {
  return sent !== true && catchesStop
}

/** What the main process left behind holds ports and files: it goes before anything is started or called stopped. */
function sweep(record: InstanceRecord, run: Run, { others }: RunFacts, now: number): Decision {
  const { spec, stop } = record
  if (run.leftSince === undefined) {
    return {
      kind: 'signal',
      record: { ...record, run: { ...run, leftSince: now } },
      // A shell that ended at the stop signal leaves its application, which has had it as well.
      targets:
        stop?.signalledAt !== undefined && isWrapped(spec.command)
          ? []
          : others.map((process) => ({ process, signal: 'SIGTERM' })),
      again: now + lookAgainMs,
    }
  }
  const killAt = Math.min(run.leftSince + leftBehindMs, stop?.killAt ?? Infinity)
  if (now >= killAt) return kill(record, others, now)
  return { kind: 'rest', until: Math.min(killAt, now + lookAgainMs) }
}

/** The shim is spared: it writes down how the application ended, and ends. */
function kill(record: InstanceRecord, processes: readonly (Identity | undefined)[], now: number): Decision {
  return {
    kind: 'signal',
    record: record.stop === undefined ? record : { ...record, stop: { ...record.stop, killed: true } },
    targets: processes.flatMap((process) => (process === undefined ? [] : [{ process, signal: 'SIGKILL' as const }])),
    again: now + lookAgainMs,
  }
}

function endRun(record: InstanceRecord, run: Run, facts: RunFacts, { now, boot }: Moment): Decision {
  const { run: _, ...rest } = record
  const unborn = facts.said.shim === undefined && !facts.startedHere
  // The intent was written and the agent died before it acted, or the machine went down: nobody's failure.
  if (run.boot !== boot) return { kind: 'save', record: { ...rest, returning: true } }
  if (unborn) return { kind: 'save', record: rest }
  const exit: InstanceExit = exitOf({ ...facts, run, stop: record.stop, now })
  return { kind: 'save', record: afterExit(rest, exit, now) }
}
