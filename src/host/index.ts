/**
 * host: the agent on a machine: it unpacks artifacts, supervises real processes and proves that they are healthy.
 * Words: command (what it is told, with an idempotency key), outcome, instance (a supervised process with its port), working copy (a release's files).
 * It outlives the control plane, and instances outlive it: an agent that returns adopts what runs.
 * It never signals a process that it cannot prove to be its own.
 * It hands the edge its routes, but neither decides what is deployed nor sends traffic: that is deploy/ and edge/.
 */
export { type HostAgent, type HostAgentOptions, openHostAgent } from './agent.ts'
export { digestTree } from './artifact/tree.ts'
export {
  type ArtifactSource,
  artifactSourceSchema,
  type BuildStep,
  type Command,
  type CommandInput,
  type CommandKind,
  type CommandOf,
  commandSchema,
  type CommandSource,
  type Failure,
  type Fence,
  type HealthSpec,
  healthSchema,
  type HostCommands,
  type InstanceSpec,
  type Outcome,
} from './contract.ts'
export { hostErrorCodes } from './errors.ts'
export type { Hosts, HostView } from './hosts.ts'
export { describeHost } from './registry/describe.ts'
export { unknownHost } from './registry/errors.ts'
export { drainHost } from './registry/drain.ts'
export { type EnrolledHost, enrolHost } from './registry/enrol.ts'
export { listHosts } from './registry/list.ts'
export { type HostRegistry, type HostRegistryOptions, openHostRegistry } from './registry/registry.ts'
export { type HostRemoval, removeHost } from './registry/remove.ts'
export { reportOutcome } from './registry/report-outcome.ts'
export {
  enrolmentSchema,
  type HostEnrolment,
  type Poll,
  pollSchema,
  type Report,
  reportSchema,
} from './registry/schemas.ts'
export { registryDefaults, type RegistrySettings } from './registry/settings.ts'
export { takeCommands, type TakenCommands } from './registry/take-commands.ts'
export { undrainHost } from './registry/undrain.ts'
export type { HostDescription } from './registry/view.ts'
export { type Machine, openMachine } from './machine/open.ts'
export type {
  EdgeFacts,
  EdgeReading,
  HealthReport,
  HostFacts,
  InstanceExit,
  InstancePhase,
  InstanceStatus,
  LogPiece,
  OutputPlace,
  Outcomes,
  PlaceRouteStatus,
  PreparedArtifact,
  PrunedArtifacts,
  RanCommand,
  RemovedCopy,
  RoutesSet,
  StoppedInstance,
  ToldRoutes,
} from './outcome.ts'
export type { EdgeSource } from './route/edge-link.ts'
export { defaultSettings, type HostSettings } from './settings.ts'
export { readSecretFile } from './secret-file.ts'
