import { type Actor, requirePermission } from '../access/index.ts'
import { appendRecord } from '../audit/index.ts'
import { ulid } from '../base/index.ts'
import { type ConnectionBook, sealedAs } from './book.ts'
import { connectionConfigured, connectionExists } from './errors.ts'
import { listed } from './list.ts'
import { findConnection, putConnection } from './rows.ts'
import { type ListedConnection, type NewConnection, parseNewConnection } from './schemas.ts'

/**
 * From the commit on tasks may use it. Its secrets are sealed, told to nobody, and in the trail only as what tells whether two
 * are equal.
 * @throws HoldfastError access.forbidden, connection.invalid, connection.exists, connection.configured
 */
export async function addConnection(
  book: ConnectionBook,
  actor: Actor,
  request: NewConnection,
): Promise<ListedConnection> {
  requirePermission(actor, 'connection.add')
  const { name, allowedHosts, replace, ...secret } = parseNewConnection(request)
  if (Object.hasOwn(book.configured, name)) throw connectionConfigured(name)
  const { clock, randomBytes } = book
  const changedAt = clock.now()
  const text = JSON.stringify(secret)
  const revision = ulid(changedAt, randomBytes)
  const plain = {
    name,
    kind: secret.authorization.kind,
    allowedHosts: JSON.stringify(allowedHosts),
    changedAt,
    revision,
  }
  return book.store.write((tx) => {
    // Sealed in the very transaction: none can come in under a key that is being dropped.
    const row = { ...plain, sealed: book.keyring.seal(sealedAs, name, text) }
    const replaced = findConnection(tx, name) !== undefined
    if (replaced && !replace) throw connectionExists(name)
    putConnection(tx, row)
    appendRecord(tx, {
      at: changedAt,
      actor,
      action: 'connection.add',
      subject: { type: 'connection', id: name },
      change: { kind: row.kind, allowedHosts, replaced, secret: book.redact(text) },
    })
    return listed(row)
  })
}
