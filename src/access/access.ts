/** What the verbs of this folder work with. `app/` builds one. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import type { Keyring } from '../sealing/index.ts'
import type { Store } from '../store/index.ts'
import { type PasswordCost, usualCost } from './person/password.ts'
import { Turns } from './person/turns.ts'

export type AccessOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  /** For what cannot be kept as a hash. */
  readonly keyring: Keyring
  /** What a guess costs. Less only where nothing is guarded: in tests. */
  readonly passwordCost?: PasswordCost
}

export type Access = AccessOptions & {
  readonly passwordCost: PasswordCost
  /** When the use of a token or a session was last noted, by its id: a note a minute is enough. */
  readonly notedUses: Map<string, number>
  readonly passwordTurns: Turns
}

export function openAccess(options: AccessOptions): Access {
  return { passwordCost: usualCost, ...options, notedUses: new Map(), passwordTurns: new Turns() }
}
