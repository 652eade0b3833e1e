import type { CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import { withStop } from '../instance/order.ts'
import type { InstanceRecord } from '../instance/record.ts'
import type { StoppedInstance } from '../outcome.ts'
import type { HostWorld } from '../world.ts'
import { damaged } from './instance-record.ts'
import { keepOutput } from './keep-output.ts'
import { untilUnused } from './until-unused.ts'

export async function stopInstance(host: HostWorld, command: CommandOf<'stopInstance'>): Promise<StoppedInstance> {
  const { instance, killMs, park, remove } = command
  const startedAt = host.clock.now()
  if (host.records.damaged.has(instance)) throw damaged(instance)
  // A start that is under way is finished first.
  const before = await host.queue.run(`instance ${instance}`, async () => host.records.get(instance))
  const wasRunning = before?.run !== undefined
  const drainedMs = before === undefined ? undefined : await untilUnused(host, before, command)
  const found = host.records.get(instance)
  const ordered = found && withStop(found, host.clock.now(), { killMs, park: park && !remove })
  if (ordered !== undefined && ordered !== found) {
    host.fences.require(command.fence)
    host.records.keep(ordered)
    host.tick()
    await host.until(() => isOver(host.records.get(instance)) || isHopeless(host, instance))
  }
  const after = host.records.get(instance)
  if (!isOver(after)) throw host.closing.aborted ? unfinished(instance) : unprovable(instance)
  const removed = remove && after !== undefined
  if (removed) forget(host, after)
  const exit = wasRunning ? after?.exits.at(-1) : undefined
  const tookMs = host.clock.now() - startedAt
  return {
    instance,
    wasRunning,
    killed: after?.stop?.killed === true,
    removed,
    tookMs,
    ...(exit !== undefined && { exit }),
    ...(drainedMs !== undefined && { drainedMs }),
  }
}

const isOver = (record: InstanceRecord | undefined): boolean => record === undefined || record.stoppedAt !== undefined

/** SIGKILL takes milliseconds: what is there so long after it did not get it, or sits in the kernel. */
const afterKillMs = 10_000

function isHopeless({ clock, records }: HostWorld, instance: string): boolean {
  const killAt = records.get(instance)?.stop?.killAt
  return killAt !== undefined && clock.now() > killAt + afterKillMs
}

function forget(host: HostWorld, record: InstanceRecord): void {
  const { instance } = record.spec
  const now = host.clock.now()
  keepOutput(host, record)
  host.records.remove(instance, `instance-${host.newToken()}`, now, now + host.settings.portQuarantineMs)
  host.secretsInUse.delete(instance)
}

const unprovable = (instance: string) =>
  hostError('host.instance_unprovable', `${instance} does not end, and is not killed unless it is proven to be ours`, {
    place: 'instance',
    repair:
      'look at its processes on the host (ps -e -o pid,lstart,args) and end them by hand; the agent sees it at once',
    retryable: true,
  })

const unfinished = (instance: string) =>
  hostError('host.internal', `The agent closed while ${instance} was stopping; the next agent goes on with it`, {
    retryable: true,
  })
