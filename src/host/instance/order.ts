/** What commands write into an instance's record. */
import type { InstanceSpec } from '../contract.ts'
import type { InstanceRecord } from './record.ts'

export function newRecord(spec: InstanceSpec, port: number | undefined, now: number): InstanceRecord {
  const base = { format: 1, spec, createdAt: now, runs: 0, exits: [], failures: 0 } as const
  return port === undefined ? base : { ...base, port }
}

/** A second order may only shorten the time of the first. */
export function withStop(record: InstanceRecord, now: number, killMs = record.spec.stop.killMs): InstanceRecord {
  if (record.stoppedAt !== undefined) return record
  const killAt = now + killMs
  const stop = record.stop ?? { askedAt: now, killAt }
  return { ...record, stop: { ...stop, killAt: Math.min(stop.killAt, killAt) } }
}
