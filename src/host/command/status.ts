import type { CommandOf } from '../contract.ts'
import { describeInstance } from '../instance/describe.ts'
import type { InstanceStatus } from '../outcome.ts'
import type { HostWorld } from '../world.ts'
import { instanceRecord } from './instance-record.ts'

export async function instanceStatus(
  host: HostWorld,
  { instance }: CommandOf<'instanceStatus'>,
): Promise<InstanceStatus> {
  return describeInstance(host, instanceRecord(host, instance), host.supervisor.processesOf(instance))
}

export async function listInstances(
  host: HostWorld,
  wanted: CommandOf<'listInstances'>,
): Promise<{ readonly instances: readonly InstanceStatus[] }> {
  const members = ['project', 'config', 'release', 'service'] as const
  const records = [...host.records.all.values()].filter(({ spec }) =>
    members.every((member) => wanted[member] === undefined || wanted[member] === spec[member]),
  )
  const processes = wanted.memory ? host.supervisor.processesOfAll() : undefined
  return { instances: records.map((record) => describeInstance(host, record, processes?.get(record.spec.instance))) }
}
