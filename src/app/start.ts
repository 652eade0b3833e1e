/** The runtime, loaded when it is started: commands that only talk to a server do not wait for the whole program. */
import type { Logger } from '../base/index.ts'
import type { LogLevel } from './configuration/schema.ts'
import type { StoppedEverything } from './agent-door.ts'
import type { HostRuntime, HostRuntimeOptions } from './host-runtime.ts'
import type { LogDestination } from './logger.ts'
import type { Runtime } from './runtime.ts'
import type { RuntimeOptions } from './runtime-options.ts'

/** @throws HoldfastError whatever keeps it from starting; then nothing is left open */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = await import('./runtime.ts')
  return runtime.startRuntime(options)
}

/** @throws HoldfastError whatever keeps the agent from starting; then nothing is left open */
export async function startHostRuntime(options: HostRuntimeOptions): Promise<HostRuntime> {
  const runtime = await import('./host-runtime.ts')
  return runtime.startHostRuntime(options)
}

/** @throws HoldfastError store.folder_in_use, app.platform */
export async function stopWithoutAgent(
  options: Pick<HostRuntimeOptions, 'folder' | 'clock' | 'randomBytes' | 'logger' | 'environment'>,
): Promise<StoppedEverything> {
  const runtime = await import('./host-runtime.ts')
  return runtime.stopWithoutAgent(options)
}

export async function createLogger(level: LogLevel, destination: LogDestination): Promise<Logger> {
  const logger = await import('./logger.ts')
  return logger.createLogger(level, destination)
}
