/** The connections of one Holdfast: those of its configuration, and those that were added over the API. */
import type { PlainJson, Redacted } from '../audit/index.ts'
import type { Clock, RandomBytes } from '../base/index.ts'
import type { Keyring, SealedColumn } from '../sealing/index.ts'
import type { Store } from '../store/index.ts'
import { type Connection, type Connections, configuredConnections, type KnownConnection } from './connection.ts'
import { connectionUnreadable } from './errors.ts'
import { allConnections, type ConnectionRow, findConnection } from './rows.ts'
import { sealedPart } from './schemas.ts'

export type ConnectionBookOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** All processes on a database have the same. */
  readonly keyring: Keyring
  readonly configured: Readonly<Record<string, Connection>>
  /** What stands for a secret in a record of the trail. */
  readonly redact: (secret: PlainJson) => Redacted
}

/** What its secrets are sealed as. */
export const sealedAs = 'connection'

export const sealedConnections: SealedColumn = {
  ...{ table: 'connection', key: 'name', column: 'sealed', purpose: sealedAs, name: 'name' },
}

export type ConnectionBook = ConnectionBookOptions & Connections

/** Each look reads the store: what another process has changed counts from its commit on. */
export function openConnectionBook(options: ConnectionBookOptions): ConnectionBook {
  const { store, configured, keyring } = options
  const own = configuredConnections(configured)
  return {
    ...options,
    find(name) {
      const mine = own.find(name)
      const row = mine === undefined ? findConnection(store.read, name) : undefined
      return row === undefined ? mine : opened(keyring, row)
    },
    names: () => [...own.names(), ...allConnections(store.read).map(({ name }) => name)],
  }
}

function opened(keyring: Keyring, { name, allowedHosts, sealed, revision }: ConnectionRow): KnownConnection {
  try {
    const { authorization, invocation } = sealedPart.parse(JSON.parse(keyring.unseal(sealedAs, name, sealed)))
    const hosts = JSON.parse(allowedHosts) as readonly string[]
    return { authorization, allowedHosts: hosts, ...(invocation === undefined ? {} : { invocation }), revision }
  } catch (cause) {
    throw connectionUnreadable(name, cause)
  }
}
