import { hostError } from '../errors.ts'
import type { InstanceRecord } from '../instance/record.ts'
import type { HostWorld } from '../world.ts'

/** @throws HoldfastError host.instance_missing, host.folder_damaged */
export function instanceRecord({ records }: HostWorld, instance: string): InstanceRecord {
  const record = records.get(instance)
  if (record !== undefined) return record
  if (records.damaged.has(instance)) throw damaged(instance)
  throw hostError('host.instance_missing', `This host has no instance ${instance}`, { place: 'instance' })
}

export const damaged = (instance: string) =>
  hostError('host.folder_damaged', `The record of ${instance} cannot be read; its processes are left alone`, {
    place: `instances/${instance}/record.json`,
    repair: 'restore the file, or end its processes by hand and remove the folder, then restart the agent',
  })
