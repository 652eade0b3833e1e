/** The runtime, loaded when it is started: commands that only talk to a server do not wait for the whole program. */
import type { Logger } from '../base/index.ts'
import type { LogLevel } from './configuration/schema.ts'
import type { LogDestination } from './logger.ts'
import type { Runtime } from './runtime.ts'
import type { RuntimeOptions } from './runtime-options.ts'

/** @throws HoldfastError whatever keeps it from starting; then nothing is left open */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = await import('./runtime.ts')
  return runtime.startRuntime(options)
}

export async function createLogger(level: LogLevel, destination: LogDestination): Promise<Logger> {
  const logger = await import('./logger.ts')
  return logger.createLogger(level, destination)
}
