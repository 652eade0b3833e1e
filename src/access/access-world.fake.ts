/** Access on a store of its own, in time that stands until it is moved, for tests. */
import { HoldfastError, type Logger, silentLogger, VirtualClock } from '../base/index.ts'
import { openKeyring } from '../sealing/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { type Access, type Actor, openAccess } from './index.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }

export type AccessWorld = {
  readonly store: Store
  readonly clock: VirtualClock
  readonly access: Access
  /** What happened, oldest first. */
  trail(): readonly { readonly action: string; readonly actor_id: string; readonly change: string | null }[]
}

export type AccessGround = { readonly store: Store; readonly clock: VirtualClock }

/** On the ground of another world, or on one of its own, which whoever asks for it closes. */
export function openAccessWorld(ground: AccessGround = newGround(), logger: Logger = silentLogger): AccessWorld {
  const { store, clock } = ground
  const randomBytes = countedBytes()
  const keyring = openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32) }], randomBytes })
  // Cheap to guess: what a guess costs has a test of its own.
  const passwordCost = { m: 8, t: 1, p: 1 }
  const access = openAccess({ store, clock, logger, randomBytes, keyring, passwordCost })
  const trail = () =>
    store.read.all<ReturnType<AccessWorld['trail']>[number]>(
      'SELECT action, actor_id, change FROM trail_unsealed ORDER BY position',
    )
  return { store, clock, access, trail }
}

export function newGround(): AccessGround {
  const clock = new VirtualClock()
  return { store: openStore({ path: ':memory:', clock, logger: silentLogger }), clock }
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

/** Bytes that differ each time and are the same in each run. */
function countedBytes(): (length: number) => Uint8Array {
  let state = 0x2545f491
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    })
}
