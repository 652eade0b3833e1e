/**
 * A new sealing key: from now on it seals, and what lies under others is sealed anew, a few rows at a time. The key is on the disk before
 * anything is under it, and an old one leaves the disk after nothing is: wherever it is cut off, everything can be opened, and doing
 * it again ends it.
 */
import { type Actor, requirePermission, sealedAccess } from '../access/index.ts'
import { appendRecord } from '../audit/index.ts'
import type { Clock } from '../base/index.ts'
import { sealedConnections } from '../connection/index.ts'
import type { Keyring, SealedColumn } from '../sealing/index.ts'
import type { RotatedKeys } from '../server/index.ts'
import type { Reader, Store, Transaction } from '../store/index.ts'
import { appError } from './errors.ts'
import type { SealingKeys } from './sealing-keys.ts'

export type RotationOptions = { readonly store: Store; readonly clock: Clock; readonly keys: SealingKeys }

/** Everything that is sealed; a test holds it against the tables. */
export const sealedColumns: readonly SealedColumn[] = [sealedConnections, ...sealedAccess]

const rowsAtOnce = 100

/** @throws HoldfastError access.forbidden, app.other_nodes */
export async function rotateKeys({ store, clock, keys }: RotationOptions, actor: Actor): Promise<RotatedKeys> {
  requirePermission(actor, 'platform.rotate_keys')
  demandSoleNode(store, clock.now())
  const key = keys.add()
  await store.write((tx) => note(tx, clock.now(), actor, 'platform.rotate_keys', { key }))
  const done = { sealed: 0, unreadable: 0 }
  for (const column of sealedColumns) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after
      const some = await store.write((tx) => sealSomeAnew(tx, keys.keyring, column, from))
      done.sealed += some.sealed
      done.unreadable += some.unreadable
      after = some.last
    }
  }
  // In a write, and so after all that was sealed before: another rotation may have begun, and its key be the newest.
  const dropped = await store.write((tx) => keys.dropAllBut(keysInUse(tx)))
  await store.write((tx) => note(tx, clock.now(), actor, 'platform.keys_rotated', { key, ...done, dropped }))
  return { key, ...done, dropped }
}

type Some = { readonly sealed: number; readonly unreadable: number; readonly last: string | undefined }

function sealSomeAnew(tx: Transaction, keyring: Keyring, column: SealedColumn, after: string): Some {
  const rows = tx
    .prepare<{ id: string; whose: string; sealed: string }>(
      `SELECT ${column.key} AS id, ${column.name} AS whose, ${column.column} AS sealed FROM ${column.table}
        WHERE ${column.column} IS NOT NULL AND ${column.key} > ? ORDER BY ${column.key} LIMIT ${rowsAtOnce}`,
    )
    .all(after)
  const update = tx.prepare(`UPDATE ${column.table} SET ${column.column} = ? WHERE ${column.key} = ?`)
  let [sealed, unreadable] = [0, 0]
  for (const row of rows) {
    if (!keyring.isOld(row.sealed)) continue
    const text = opened(keyring, column.purpose, row)
    if (text === undefined) unreadable++
    else {
      update.run(keyring.seal(column.purpose, row.whose, text), row.id)
      sealed++
    }
  }
  return { sealed, unreadable, last: rows.length < rowsAtOnce ? undefined : rows.at(-1)?.id }
}

/** Undefined when its key was lost before: whoever uses it is told so, and it stays as it is. */
function opened(
  keyring: Keyring,
  purpose: string,
  { whose, sealed }: { readonly whose: string; readonly sealed: string },
): string | undefined {
  try {
    return keyring.unseal(purpose, whose, sealed)
  } catch {
    // Counted by the caller, and told.
    return undefined
  }
}

function keysInUse(queries: Pick<Reader, 'prepare'>): ReadonlySet<string> {
  const sealed = sealedColumns.flatMap(({ table, column }) =>
    queries.prepare<{ sealed: string }>(`SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`).all(),
  )
  return new Set(sealed.map((row) => row.sealed.split(':', 1)[0] ?? ''))
}

/** The others have files of their own, which do not hold the new key. */
function demandSoleNode(store: Store, now: number): void {
  if (store.dialect === 'sqlite') return
  const sql = 'SELECT id FROM engine_node WHERE ended_at IS NULL AND lease_until >= ?'
  const living = store.read.all(sql, now).length
  if (living <= 1) return
  throw appError(
    'app.other_nodes',
    `${living} nodes serve this database, and each has a keys/sealing.json of its own`,
    {
      repair: 'stop all but one, rotate, copy keys/sealing.json to the data folders of the others, and start them',
    },
  )
}

function note(
  tx: Transaction,
  at: number,
  actor: Actor,
  action: 'platform.rotate_keys' | 'platform.keys_rotated',
  change: {
    readonly key: string
    readonly sealed?: number
    readonly unreadable?: number
    readonly dropped?: readonly string[]
  },
): void {
  const { dropped, ...rest } = change
  appendRecord(tx, {
    ...{ at, actor, action, subject: { type: 'platform', id: 'sealing keys' } },
    change: { ...rest, ...(dropped === undefined ? {} : { dropped: [...dropped] }) },
  })
}
