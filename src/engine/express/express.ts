/** What an express execution is: a run of `step()` in memory, bounded to five minutes, told of by one row. Pure. */
import type { Command, Machine, StepLimits } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'

/** How one begins. */
export type ExpressStart = {
  readonly machineId: number
  readonly revisionId: number
  readonly machineName: string
  readonly name: string
  readonly uuid: string
  readonly startedAt: number
  readonly input: JsonText
  readonly traceHeader?: string | null | undefined
}

export type ExpressEnd = Omit<Extract<Command, { kind: 'close' }>, 'kind'>

/** AWS's limit. */
export const longestExpressSeconds = 300

const bounded = new WeakMap<Machine, Machine>()

/** The machine as an express execution runs it: its own TimeoutSeconds, or five minutes. */
export function expressMachine(machine: Machine): Machine {
  const known = bounded.get(machine)
  if (known !== undefined) return known
  const timeoutSeconds = Math.min(machine.timeoutSeconds ?? longestExpressSeconds, longestExpressSeconds)
  const express = { ...machine, timeoutSeconds, usesTimers: true }
  bounded.set(machine, express)
  return express
}

/** AWS counts no events of express executions. */
export const expressLimits = ({ payloadBytes }: StepLimits): StepLimits => ({
  payloadBytes,
  historyEvents: Number.MAX_SAFE_INTEGER,
})

/** What AWS would bill: 64 MB and 100 ms at a time. */
export const billingOf = (startedAt: number, stoppedAt: number) => ({
  billedMemoryUsedInMB: 64,
  billedDurationInMilliseconds: Math.max(1, Math.ceil((stoppedAt - startedAt) / 100)) * 100,
})
