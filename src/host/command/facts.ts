import { statfsSync } from 'node:fs'
import { availableParallelism, freemem, hostname, loadavg, platform, totalmem } from 'node:os'
import type { HostFacts } from '../outcome.ts'
import type { HostWorld } from '../world.ts'

export async function hostFacts(host: HostWorld): Promise<HostFacts> {
  const { bavail, blocks, bsize } = statfsSync(host.paths.root)
  const records = [...host.records.all.values()]
  const now = host.clock.now()
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
      inUse: records.filter(({ port }) => port !== undefined).length,
      quarantined: [...host.records.quarantine.values()].filter((until) => until > now).length,
    },
    instances: records.length,
    memoryLimit: host.groups.kind,
    root: host.userSource.self.uid === 0,
    agentStartedAt: host.startedAt,
  }
}
