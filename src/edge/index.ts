/**
 * edge: the load balancer, a small process of its own that imports only base and outlives control plane and agent.
 * Words: route (a service under its addresses), target (one instance of a release), keeper (holds the listening sockets and
 * never accepts), worker (accepts and proxies), serving, draining, panic, cause (why the edge itself answered).
 * It does not start applications, judge deploys or decide weights: it does what the routes say and tells what it saw.
 */
export { EdgeClient, type EdgeClientOptions } from './client.ts'
export * from './contract.ts'
export { edgeErrors, type EdgeErrorCode } from './errors.ts'
export { launchEdge, type LaunchOptions } from './launch.ts'
export { lineLogger } from './line-logger.ts'
export type { EdgeMachine } from './machine.ts'
export type { Launcher } from './process/links.ts'
export { type EdgeProcess, runEdgeProcess } from './process/run.ts'
export { parseRoutes } from './routes/parse-routes.ts'
