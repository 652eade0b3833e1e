import { statfsSync } from 'node:fs'
import { availableParallelism, freemem, hostname, loadavg, platform, totalmem } from 'node:os'
import type { HostFacts } from '../outcome.ts'
import type { HostWorld } from '../world.ts'

export async function hostFacts(host: HostWorld): Promise<HostFacts> {
  const { bavail, blocks, bsize } = statfsSync(host.paths.root)
  const records = [...host.records.all.values()]
  const now = host.clock.now()
  const inUse = records.flatMap(({ port }) => port ?? [])
  const quarantined = [...host.records.quarantine].flatMap(([port, until]) => (until > now ? [port] : []))
  const meminfo = host.files.read('/proc/meminfo') ?? ''
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1]
  return {
    host: host.id,
    hostname: hostname(),
    platform: platform(),
    cpus: availableParallelism(),
    load: loadavg()[0] ?? 0,
    // What Linux calls free leaves out the caches it would give back.
    memoryBytes: { total: totalmem(), available: available === undefined ? freemem() : Number(available) * 1024 },
    diskBytes: { total: blocks * bsize, available: bavail * bsize },
    ports: {
      ...host.settings.ports,
      inUse: inUse.length,
      quarantined: quarantined.length,
      free: freePorts(host.settings.ports, new Set([...inUse, ...quarantined, ...host.reservedPorts])),
    },
    edge: host.router.facts,
    instances: records.length,
    memoryLimit: host.groups.kind,
    root: host.userSource.self.uid === 0,
    agentStartedAt: host.startedAt,
  }
}

function freePorts({ from, to }: HostWorld['settings']['ports'], taken: ReadonlySet<number>): number {
  return to - from + 1 - [...taken].filter((port) => port >= from && port <= to).length
}
