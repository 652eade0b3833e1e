/** An instance as it is told. */
import type { ProcessFacts } from '../machine/machine.ts'
import type { InstanceStatus } from '../outcome.ts'
import type { HostWorld } from '../world.ts'
import type { InstanceRecord } from './record.ts'
import { phaseOf } from './restart.ts'
import { dataFolder } from './start-order.ts'

export function describeInstance(
  host: HostWorld,
  record: InstanceRecord,
  processes?: readonly ProcessFacts[],
): InstanceStatus {
  const { spec, port, run, exits } = record
  const { instance, project, config, release, service, workingCopy } = spec
  const main = run === undefined ? undefined : host.supervisor.mainOf(instance)
  const lastExit = exits.at(-1)
  const data = dataFolder(host, spec)
  return {
    ...{ instance, project, config, release, service },
    phase: phaseOf(record, host.clock.now()),
    restarts: Math.max(0, record.runs - 1),
    ...(port !== undefined && { port }),
    ...(main !== undefined && { pid: main.pid }),
    ...(run !== undefined && { startedAt: run.startedAt }),
    ...(lastExit !== undefined && { lastExit }),
    ...(record.nextStartAt !== undefined && { nextStartAt: record.nextStartAt }),
    ...(isPortTaken(host, record) && { portTaken: true }),
    ...(workingCopy !== undefined && { workingCopy }),
    ...(data !== undefined && { dataFolder: data }),
    ...(processes !== undefined &&
      run !== undefined && {
        processes: processes.length,
        memoryBytes: processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
      }),
  }
}

/** It waits to be started, and another program listens where it would. */
function isPortTaken({ sockets, supervisor }: HostWorld, { spec, port, run, stop, ended }: InstanceRecord): boolean {
  if (supervisor.blockedPort(spec.instance) !== undefined) return true
  const waits = port !== undefined && run === undefined && stop === undefined && ended !== true
  return waits && (sockets.listeners(port)?.length ?? 0) > 0
}
