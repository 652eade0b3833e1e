/** What is watched of one Holdfast: the place where the process's own time and network are handed to it. */
import { statSync } from 'node:fs'
import type { Engine } from '../engine/index.ts'
import type { Store } from '../store/index.ts'
import { createTelemetry, type Telemetry, tracingFrom } from '../telemetry/index.ts'
import type { RuntimeOptions } from './runtime-options.ts'

/** Made before the engine, which it is asked about later. */
export type WatchedEngine = { engine?: Engine }

export function openTelemetry(
  options: RuntimeOptions,
  store: Store,
  database: string,
  watched: WatchedEngine,
): Telemetry {
  const { configuration, environment, clock, logger, randomBytes, version } = options
  return createTelemetry({
    ...{ store, clock, logger, randomBytes, version },
    elapsed,
    slowMs: configuration.log.slow,
    tracing: tracingFrom(environment),
    fetch,
    keptMs: configuration.retention.executions,
    storeBytes: () => (store.dialect === 'postgres' ? databaseBytes(store) : bytesOf([database, `${database}-wal`])),
    engine: () => ({
      queued: watched.engine?.writer.queued ?? 0,
      calls: watched.engine?.callsUnderWay ?? 0,
      express: watched.engine?.express.count ?? 0,
    }),
  })
}

export const elapsed = (): number => performance.now()

/** Without the log of the whole server. */
function databaseBytes({ read }: Store): number | undefined {
  return read.get<{ bytes: number }>('SELECT pg_database_size(current_database()) AS bytes')?.bytes
}

function bytesOf(files: readonly string[]): number | undefined {
  const sizes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return bytes === 0 ? undefined : bytes
}
