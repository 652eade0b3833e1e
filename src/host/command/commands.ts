/** Every command's verb: the compiler keeps this table equal to the contract. */
import type { CommandKind, CommandOf } from '../contract.ts'
import type { Outcomes } from '../outcome.ts'
import type { HostWorld } from '../world.ts'
import { checkArtifact } from './check-artifact.ts'
import { checkHealth } from './check-health.ts'
import { edgeStatus } from './edge-status.ts'
import { hostFacts } from './facts.ts'
import { listOutputs } from './list-outputs.ts'
import { logs } from './logs.ts'
import { prepareArtifact } from './prepare-artifact.ts'
import { pruneArtifacts } from './prune-artifacts.ts'
import { removeCopy } from './remove-copy.ts'
import { runCommand } from './run-command.ts'
import { setRoutes } from './set-routes.ts'
import { startInstance } from './start-instance.ts'
import { instanceStatus, listInstances } from './status.ts'
import { stopInstance } from './stop-instance.ts'

type Verbs = { readonly [K in CommandKind]: (host: HostWorld, command: CommandOf<K>) => Promise<Outcomes[K]> }

export const verbs: Verbs = {
  prepareArtifact,
  startInstance,
  stopInstance,
  checkHealth,
  instanceStatus,
  listInstances,
  listOutputs,
  pruneArtifacts,
  logs,
  hostFacts,
  checkArtifact,
  removeCopy,
  setRoutes,
  edgeStatus,
  runCommand,
}

/** Their outcome is kept on the disk; the others only read, and are read again after a restart. */
export const changing: ReadonlySet<CommandKind> = new Set([
  'prepareArtifact',
  'startInstance',
  'stopInstance',
  'pruneArtifacts',
  'removeCopy',
  'setRoutes',
  'runCommand',
])
