/** The connections of one Holdfast: those of its configuration, and those that were added over the API. */
import type { PlainJson, Redacted } from '../audit/index.ts'
import type { Clock, RandomBytes } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { type Connection, type Connections, configuredConnections, type KnownConnection } from './connection.ts'
import { connectionUnreadable } from './errors.ts'
import { allConnections, type ConnectionRow, findConnection } from './rows.ts'
import { sealedPart } from './schemas.ts'
import { sealingKey, unseal } from './sealing.ts'

export type ConnectionBookOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly configured: Readonly<Record<string, Connection>>
  /** Of the data folder; all processes on a database have the same. */
  readonly folderKey: Uint8Array
  /** What stands for a secret in a record of the trail. */
  readonly redact: (secret: PlainJson) => Redacted
}

export type ConnectionBook = Omit<ConnectionBookOptions, 'folderKey'> &
  Connections & { readonly sealingKey: Uint8Array }

/** Each look reads the store: what another process has changed counts from its commit on. */
export function openConnectionBook({ folderKey, ...options }: ConnectionBookOptions): ConnectionBook {
  const { store, configured } = options
  const key = sealingKey(folderKey)
  const own = configuredConnections(configured)
  return {
    ...options,
    sealingKey: key,
    find(name) {
      const mine = own.find(name)
      const row = mine === undefined ? findConnection(store.read, name) : undefined
      return row === undefined ? mine : opened(key, row)
    },
    names: () => [...own.names(), ...allConnections(store.read).map(({ name }) => name)],
  }
}

function opened(key: Uint8Array, { name, allowedHosts, sealed, revision }: ConnectionRow): KnownConnection {
  try {
    const { authorization, invocation } = sealedPart.parse(JSON.parse(unseal(key, name, sealed)))
    const hosts = JSON.parse(allowedHosts) as readonly string[]
    return { authorization, allowedHosts: hosts, ...(invocation === undefined ? {} : { invocation }), revision }
  } catch (cause) {
    throw connectionUnreadable(name, cause)
  }
}
