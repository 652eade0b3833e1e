/**
 * process: real processes on real hosts, behind the edges of these hosts.
 * Words: order (what a service asks of a host), claim (a service at an address), join (into the routes without traffic),
 * shift (weights and states), leave (out of the routes, drained).
 * It decides with pure functions and tells hosts what to do over the `Hosts` port; files, processes and sockets are theirs.
 * Strategy, lock, log, compensation and evidence are the framework's.
 */
export { processDeployer, type ProcessDeployerOptions } from './deployer.ts'
export { instancesOf, type StartedInstance } from './instances.ts'
export { type ProcessArtifact, processArtifactSchema, type ProcessService, processServiceSchema } from './schemas.ts'
