/**
 * identity: what identity providers outside say about who somebody is, and who they are here by it.
 * Words: provider (an OpenID Connect issuer that the configuration names), sign-on (a person comes back from it with a code), ticket
 * (what the browser that began a sign-on holds until then), CI rule (which job of a pipeline may what), claims (what a token says).
 * People and tokens are `access`'s; this folder speaks to providers, through the gate of `outbound` alone, and judges what they sign.
 */
export { type CiToken, issueCiToken } from './ci/issue.ts'
export { type ListedCiRule, listCiRules } from './ci/list.ts'
export { type CiSettings, ciSettingsSchema } from './ci/settings.ts'
export { identityErrorCodes } from './errors.ts'
export { type Identity, type IdentityOptions, openIdentity } from './identity.ts'
export { type SignOnSettings, signOnSettingsSchema } from './settings.ts'
export {
  beginSignOn,
  type BegunSignOn,
  finishSignOn,
  listProviders,
  type Returned,
  type SignedOn,
  type SignOn,
} from './sign-on.ts'
