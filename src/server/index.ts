/**
 * server: HTTP, which only translates: the AWS Step Functions wire API (`wire/`), our own API under /v1 (`api/`), and the files
 * of the built console.
 * Words: door (who is let in at all, by host and origin), action (one operation of the wire API), route (one of our own),
 * problem (an error of our own API), traffic (who is being served, so that closing can wait for them).
 * It decides nothing about machines or executions: verbs do, and ask `can()`. What it needs is handed over as `ServerDependencies`.
 */
export type { AnswerKeeper, KeptAnswer } from './api/idempotency.ts'
export type { Route } from './api/route.ts'
export { routes } from './api/routes.ts'
export type { DeployVerbs } from './deploy-verbs.ts'
export type {
  ConnectionVerbs,
  EngineVerbs,
  Health,
  Platform,
  RotatedKeys,
  ServerDependencies,
  TrailNewsReader,
  TrailReader,
} from './dependencies.ts'
export type { HostVerbs } from './host-verbs.ts'
export { isProxyEntry } from './client.ts'
export { isLoopback } from './door.ts'
export type { IdentityVerbs } from './identity-verbs.ts'
export { type ServerErrorCode, serverErrors } from './errors.ts'
export type { PeopleVerbs } from './people-verbs.ts'
export type { SessionVerbs } from './session-verbs.ts'
export type { TokenVerbs } from './token-verbs.ts'
export { createServer, type Server, type ServerAddress, type ServerOptions } from './server.ts'
export { type ActionName, actions } from './wire/actions.ts'
