/** The verbs of connections with their book bound, as the server takes them. */
import * as connection from '../connection/index.ts'
import type { ConnectionBook } from '../connection/index.ts'
import type { ConnectionVerbs } from '../server/index.ts'

export function bindConnectionVerbs(book: ConnectionBook): ConnectionVerbs {
  return {
    addConnection: (actor, request) => connection.addConnection(book, actor, request),
    listConnections: (actor) => connection.listConnections(book, actor),
    removeConnection: (actor, name) => connection.removeConnection(book, actor, name),
  }
}
