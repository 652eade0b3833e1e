/** What the verbs of this folder work with. `app/` builds one. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import type { Keyring } from '../sealing/index.ts'
import type { Store } from '../store/index.ts'
import { Turns } from './person/turns.ts'

export type AccessOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  /** For what cannot be kept as a hash. */
  readonly keyring: Keyring
}

export type Access = AccessOptions & {
  /** When the use of a token or a session was last noted, by its id: a note a minute is enough. */
  readonly notedUses: Map<string, number>
  readonly passwordTurns: Turns
}

export function openAccess(options: AccessOptions): Access {
  return { ...options, notedUses: new Map(), passwordTurns: new Turns() }
}
