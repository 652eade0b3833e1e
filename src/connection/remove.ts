import { type Actor, requirePermission } from '../access/index.ts'
import { appendRecord } from '../audit/index.ts'
import type { ConnectionBook } from './book.ts'
import { connectionConfigured, connectionMissing } from './errors.ts'
import { dropConnection, findConnection } from './rows.ts'

/**
 * From the commit on no call begins with it, and its secrets are gone.
 * @throws HoldfastError access.forbidden, connection.missing, connection.configured
 */
export async function removeConnection(book: ConnectionBook, actor: Actor, name: string): Promise<void> {
  const subject = { type: 'connection', id: name }
  requirePermission(actor, 'connection.remove', subject)
  await book.store.write((tx) => {
    const row = findConnection(tx, name)
    if (row === undefined)
      throw Object.hasOwn(book.configured, name) ? connectionConfigured(name) : connectionMissing(name)
    dropConnection(tx, name)
    appendRecord(tx, {
      at: book.clock.now(),
      actor,
      action: 'connection.remove',
      subject,
      change: { kind: row.kind, allowedHosts: JSON.parse(row.allowedHosts) as string[] },
    })
  })
}
