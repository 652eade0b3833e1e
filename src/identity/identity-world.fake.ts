/** Access on a store of its own, and identity over it, for tests. */
import { randomBytes } from 'node:crypto'
import { type Access, type Actor, openAccess } from '../access/index.ts'
import { HoldfastError, silentLogger, VirtualClock } from '../base/index.ts'
import { openGate } from '../outbound/index.ts'
import { openKeyring } from '../sealing/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { ciSettingsSchema } from './ci/settings.ts'
import { type Identity, openIdentity } from './identity.ts'
import { signOnSettingsSchema } from './settings.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }

export type IdentityWorld = {
  readonly store: Store
  readonly clock: VirtualClock
  readonly access: Access
  readonly identity: Identity
  trail(): { readonly action: string; readonly actor: string; readonly change: unknown }[]
}

type Options = {
  readonly signOn?: Parameters<typeof signOnSettingsSchema.parse>[0]
  readonly ci?: Parameters<typeof ciSettingsSchema.parse>[0]
  /** Default: loopback. */
  readonly allow?: readonly string[]
}

export function openIdentityWorld({
  signOn = {},
  ci = {},
  allow = ['127.0.0.1', 'localhost'],
}: Options): IdentityWorld {
  const clock = new VirtualClock(Date.now())
  const store = openStore({ path: ':memory:', clock, logger: silentLogger })
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
  const keyring = openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32) }], randomBytes: random })
  const access = openAccess({ store, clock, logger: silentLogger, randomBytes: random, keyring })
  const identity = openIdentity({
    ...{ access, gate: openGate({ allow }), readSecret: () => 'the client secret' },
    ...{ signOn: signOnSettingsSchema.parse(signOn), ci: ciSettingsSchema.parse(ci) },
  })
  const rows = () =>
    store.read.all<{ action: string; actor_id: string; change: string | null }>(
      'SELECT action, actor_id, change FROM trail_unsealed ORDER BY position',
    )
  return {
    ...{ store, clock, access, identity },
    trail: () =>
      rows().map(({ action, actor_id: actor, change }) => ({
        ...{ action, actor },
        change: change === null ? undefined : (JSON.parse(change) as unknown),
      })),
  }
}

/** How it ended: the code of the error, or `done`. */
export async function codeOf(act: () => unknown): Promise<unknown> {
  try {
    await act()
    return 'done'
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}
