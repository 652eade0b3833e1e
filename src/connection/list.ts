import { type Actor, requirePermission } from '../access/index.ts'
import type { ConnectionBook } from './book.ts'
import { allConnections, type ConnectionRow } from './rows.ts'
import type { ListedConnection } from './schemas.ts'

/** By name, without their secrets. @throws HoldfastError access.forbidden */
export function listConnections(book: ConnectionBook, actor: Actor): readonly ListedConnection[] {
  requirePermission(actor, 'connection.list')
  const configured = Object.entries(book.configured).map(
    ([name, { authorization, allowedHosts }]): ListedConnection => ({
      ...{ name, kind: authorization.kind, allowedHosts: [...allowedHosts] },
      from: 'configuration',
    }),
  )
  const added = allConnections(book.store.read).map(listed)
  // One that came into the configuration later goes before the one that was added under its name.
  const shown = added.filter(({ name }) => !Object.hasOwn(book.configured, name))
  return [...configured, ...shown].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export const listed = ({ name, kind, allowedHosts, changedAt }: ConnectionRow): ListedConnection => ({
  ...{ name, kind, allowedHosts: JSON.parse(allowedHosts) as string[] },
  ...{ from: 'api', changedAt },
})
