/** What the verbs of this folder work with. `app/` builds one. */
import type { Access } from '../access/index.ts'
import type { Gate } from '../outbound/index.ts'
import { type CiIssuer, openCiIssuers } from './ci/verify.ts'
import type { CiSettings } from './ci/settings.ts'
import { openProvider, type Provider } from './provider.ts'
import type { SignOnSettings } from './settings.ts'

export type IdentityOptions = {
  readonly access: Access
  /** Everything that is asked of a provider goes through it. */
  readonly gate: Gate
  /** The value behind `env:NAME` or `file:/path`. */
  readonly readSecret: (reference: string) => string
  readonly signOn: SignOnSettings
  readonly ci: CiSettings
}

export type Identity = {
  readonly access: Access
  readonly providers: ReadonlyMap<string, Provider>
  readonly ciIssuers: readonly CiIssuer[]
}

export function openIdentity({ access, gate, readSecret, signOn, ci }: IdentityOptions): Identity {
  const { clock } = access
  const providers = Object.entries(signOn).map(
    ([name, settings]) => [name, openProvider({ name, settings, gate, readSecret, clock })] as const,
  )
  return { access, providers: new Map(providers), ciIssuers: openCiIssuers(ci, { gate, clock }) }
}
