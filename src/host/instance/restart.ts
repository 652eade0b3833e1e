/** Whether and when an instance is started again. */
import type { InstanceExit, InstancePhase } from '../outcome.ts'
import { type InstanceRecord, keptExits } from './record.ts'

/** The record once a run is over. */
export function afterExit(record: InstanceRecord, exit: InstanceExit, now: number): InstanceRecord {
  const { restart } = record.spec
  const exits = [...record.exits, exit].slice(-keptExits)
  if (record.stop !== undefined) return { ...record, exits }
  if (isOver(restart.policy, exit)) return { ...record, exits, ended: true }
  const steady = exit.ranMs >= restart.crashLoop.withinMs
  const failures = steady ? 1 : record.failures + 1
  const recent = exits.filter(({ at, reason }) => reason !== 'stopped' && at > now - restart.crashLoop.withinMs).length
  const crashLoop = recent >= restart.crashLoop.exits || (record.crashLoop === true && !steady)
  const delayMs = crashLoop ? restart.longestDelayMs : restartDelayMs(failures, restart)
  return { ...record, exits, failures, crashLoop, nextStartAt: now + delayMs }
}

export function restartDelayMs(
  failures: number,
  { firstDelayMs, longestDelayMs }: { readonly firstDelayMs: number; readonly longestDelayMs: number },
): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 30))
}

function isOver(policy: 'always' | 'on-failure' | 'never', { code }: InstanceExit): boolean {
  return policy === 'never' || (policy === 'on-failure' && code === 0)
}

export function phaseOf(record: InstanceRecord, now: number): InstancePhase {
  if (record.stoppedAt !== undefined) return 'stopped'
  if (record.stop !== undefined) return 'stopping'
  if (record.ended === true) return 'ended'
  const steady = record.run !== undefined && now - record.run.startedAt >= record.spec.restart.crashLoop.withinMs
  if (record.crashLoop === true && !steady) return 'crash-looping'
  return record.run === undefined ? 'starting' : 'running'
}
