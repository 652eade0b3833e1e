/** The verbs of identity providers with identity bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor } from '../access/index.ts'
import type { BegunSignOn, CiToken, ListedCiRule, SignedOn, SignOn, Returned } from '../identity/index.ts'

export interface IdentityVerbs {
  /** Those that the configuration names. */
  providers(): readonly { readonly id: string; readonly name: string }[]
  beginSignOn(signOn: SignOn): Promise<BegunSignOn>
  finishSignOn(returned: Returned): Promise<SignedOn>
  issueCiToken(idToken: string): Promise<CiToken>
  listCiRules(actor: Actor): readonly ListedCiRule[]
}
