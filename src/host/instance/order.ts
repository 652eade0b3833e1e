/** What commands write into an instance's record. */
import type { InstanceSpec } from '../contract.ts'
import type { InstanceRecord } from './record.ts'

export function newRecord(spec: InstanceSpec, port: number | undefined, now: number): InstanceRecord {
  const base = { format: 1, spec, createdAt: now, runs: 0, exits: [], failures: 0 } as const
  return port === undefined ? base : { ...base, port }
}

export type Stopping = {
  /** Instead of the specification's. */
  readonly killMs?: number | undefined
  readonly park?: boolean
}

/**
 * A second order may only shorten the time of the first. Who is stopped for good is not parked by a later order; who is
 * parked is stopped for good by one.
 */
export function withStop(record: InstanceRecord, now: number, { killMs, park = false }: Stopping = {}): InstanceRecord {
  const { stop, stoppedAt, spec } = record
  if (stoppedAt !== undefined && (park || stop?.parked !== true)) return record
  const { parked: _, returns: __, ...before } = stop ?? { askedAt: now, killAt: Infinity }
  const killAt = Math.min(before.killAt, stoppedAt ?? now + (killMs ?? spec.stop.killMs))
  const isParked = park && (stop === undefined || stop.parked === true)
  return { ...record, stop: { ...before, killAt, ...(isParked && { parked: true }) } }
}

/** What parked is started again: at once, or once it has come to rest. */
export function broughtBack(record: InstanceRecord): InstanceRecord {
  const { stop } = record
  if (stop?.parked !== true) return record
  return record.stoppedAt === undefined ? { ...record, stop: { ...stop, returns: true } } : returned(record)
}

/** As it was before it was parked: what had ended by itself has ended. */
export function returned(record: InstanceRecord): InstanceRecord {
  const { stop: _, stoppedAt: __, crashLoop: ___, nextStartAt: ____, ...rest } = record
  return { ...rest, failures: 0, returning: true }
}
