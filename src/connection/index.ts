/**
 * connection: how an HTTP task proves who it is, and the hosts its proof may go to.
 * Words: connection (EventBridge's word), authorization (how it proves itself), invocation (what it always sends), allowed hosts,
 * sealed (encrypted at rest), book (those of the configuration and those that were added, together).
 * It sends nothing itself: `aws/web` does. A secret is shown to nobody; who uses it asks for it at each call.
 */
export { addConnection } from './add.ts'
export { type ConnectionBook, type ConnectionBookOptions, openConnectionBook, sealedConnections } from './book.ts'
export {
  type Authorization,
  configuredConnections,
  type Connection,
  type Connections,
  type KnownConnection,
  type Parameters,
  type Secret,
} from './connection.ts'
export { connectionErrorCodes } from './errors.ts'
export { allowsUrl } from './hosts.ts'
export { listConnections } from './list.ts'
export { removeConnection } from './remove.ts'
export {
  configuredConnectionsSchema,
  type ListedConnection,
  listedConnectionSchema,
  type NewConnection,
  newConnectionSchema,
} from './schemas.ts'
