/**
 * app: reads the configuration once, builds the objects, starts and stops them: the only place that wires.
 * Words: data folder (everything one Holdfast keeps), connection (how the CLI finds a running one), runtime (all objects of one).
 * It decides nothing about executions, requests or permissions: those are the domains' own.
 * It is also where the machine's clock, chance and environment are read.
 */
export { signInLinkOf } from './sign-in-link.ts'
export {
  agentStatus,
  type AgentStatus,
  stopAgent,
  stopAgentAndEverything,
  type StoppedEverything,
} from './agent-door.ts'
export { type ImportFault, importFault } from './configuration/import-fault.ts'
export { type ConfigurationSource, readConfiguration } from './configuration/read.ts'
export { type Configuration, defineConfig, type HoldfastConfig, type LogLevel } from './configuration/schema.ts'
export { type Connection, connectionFile, readConnection, removeConnection, writeConnection } from './connection.ts'
export { dataFolderOf } from './data-folder.ts'
export { appErrorCodes } from './errors.ts'
export { agentFolderOf, type Enrolment, readEnrolment, writeEnrolment } from './enrolment.ts'
export { LogFiles } from './log-files.ts'
export type { Runtime } from './runtime.ts'
export type { RuntimeOptions } from './runtime-options.ts'
export { createLogger, startHostRuntime, startRuntime, stopWithoutAgent } from './start.ts'
export { sendsInClear } from './plain-http.ts'
export type { HostRuntime, HostRuntimeEvent } from './host-runtime.ts'
export { proveServer } from './server-proof.ts'
export { systemClock, systemRandom } from './system-clock.ts'
