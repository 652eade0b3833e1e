import { isDeepStrictEqual } from 'node:util'
import type { CommandOf, Fence, InstanceSpec } from '../contract.ts'
import { hostError } from '../errors.ts'
import { describeInstance } from '../instance/describe.ts'
import { newRecord } from '../instance/order.ts'
import type { InstanceRecord } from '../instance/record.ts'
import { workFolder } from '../instance/start-order.ts'
import type { InstanceStatus } from '../outcome.ts'
import { beginningOf, portCandidates } from '../port/choose.ts'
import { resolveSecrets } from '../secrets.ts'
import { findUser } from '../user.ts'
import type { HostWorld } from '../world.ts'
import { damaged } from './instance-record.ts'

export function startInstance(host: HostWorld, command: CommandOf<'startInstance'>): Promise<InstanceStatus> {
  const { kind: _, key: __, fence, ...spec } = command
  return host.queue.run(`instance ${spec.instance}`, async () => {
    if (host.records.damaged.has(spec.instance)) throw damaged(spec.instance)
    // It may have waited while somebody took over and stopped the instance, which then must not be made any more.
    host.fences.require(fence)
    const found = host.records.get(spec.instance)
    if (found === undefined) await startNew(host, spec, fence)
    else startAgain(host, found, spec)
    const record = host.records.get(spec.instance)
    if (record === undefined) throw hostError('host.instance_missing', `${spec.instance} was removed while it started`)
    return describeInstance(host, record)
  })
}

async function startNew(host: HostWorld, spec: InstanceSpec, fence: Fence | undefined): Promise<void> {
  checkSpec(host, spec)
  const port = await choosePort(host, spec.port)
  try {
    // Looked at again, for the port took time and pruning may have come between.
    checkSpec(host, spec)
    host.fences.require(fence)
    host.records.save(newRecord(spec, port, host.clock.now()))
  } finally {
    if (port !== undefined) host.reservedPorts.delete(port)
  }
  host.tick()
}

/** Delivered twice, or stopped and wanted again: a rollback to something that was kept warm but stopped. */
function startAgain(host: HostWorld, found: InstanceRecord, spec: InstanceSpec): void {
  if (!isDeepStrictEqual(found.spec, structuredClone(spec))) {
    throw hostError('host.instance_exists', `The instance ${spec.instance} exists with another specification`, {
      place: 'instance',
      accepted: 'an id that was never used, or exactly the specification of before',
      repair: 'name the instance after its release',
    })
  }
  if (found.stop === undefined || found.stop.returns === true) return
  if (found.stoppedAt === undefined) {
    throw hostError('host.instance_exists', `The instance ${spec.instance} is being stopped`, {
      repair: 'wait until stopInstance has answered',
    })
  }
  const { stop: _, stoppedAt: __, ended: ___, crashLoop: ____, returning: _____, ...rest } = found
  host.records.save({ ...rest, failures: 0 })
  host.tick()
}

/** Everything that would make each start fail is said now, to the one who asked. */
function checkSpec(host: HostWorld, spec: InstanceSpec): void {
  if (spec.health.kind === 'http' && spec.port === 'none') {
    throw hostError('host.command_invalid', 'Health by HTTP needs a port', {
      place: 'health.kind',
      accepted: '"command" or "staying-up" where port is "none"',
    })
  }
  const user = findUser(spec.user, host.userSource)
  resolveSecrets(spec.secrets, host.secretSource)
  if (spec.workingCopy !== undefined) workFolder(host, spec, user)
}

/** Reserved until it stands in the record. */
async function choosePort(host: HostWorld, wanted: InstanceSpec['port']): Promise<number | undefined> {
  if (wanted === 'none') return undefined
  const now = host.clock.now()
  const records = [...host.records.all.values()]
  const quarantined = [...host.records.quarantine].flatMap(([port, until]) => (until > now ? [port] : []))
  const inUse = records.flatMap(({ port }) => port ?? [])
  const taken = new Set([...inUse, ...quarantined, ...host.reservedPorts])
  const newest = records.toSorted((a, b) => a.createdAt - b.createdAt).findLast(({ port }) => port !== undefined)
  const { ports } = host.settings
  const last = newest?.port ?? beginningOf(ports, host.id)
  const candidates = wanted === 'allocate' ? portCandidates(ports, taken, last) : [wanted]
  for (const port of candidates) {
    if (host.reservedPorts.has(port) || inUse.includes(port)) continue
    host.reservedPorts.add(port)
    if (await host.sockets.isFree(port)) return port
    host.reservedPorts.delete(port)
  }
  throw wanted === 'allocate' ? noPort(host) : portTaken(wanted)
}

const portTaken = (port: number) =>
  hostError('host.port_taken', `Port ${port} of this host is taken`, {
    place: 'port',
    accepted: '"allocate", or a port that nobody listens on',
    repair: `see who has it: ss -ltnp 'sport = :${port}'`,
  })

const noPort = ({ settings: { ports } }: HostWorld) =>
  hostError('host.ports_exhausted', `No port is free from ${ports.from} to ${ports.to}`, {
    repair: 'remove instances that are stopped, or widen the host’s range of ports',
  })
