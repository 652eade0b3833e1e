/** The verbs of identity providers with identity bound, as the server takes them. */
import type { Access } from '../access/index.ts'
import { beginSignOn, finishSignOn, issueCiToken, listCiRules, listProviders, openIdentity } from '../identity/index.ts'
import type { Gate } from '../outbound/index.ts'
import type { IdentityVerbs } from '../server/index.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { secretReader } from './secrets.ts'

type Ground = { readonly access: Access; readonly gate: Gate }

export function bindIdentityVerbs({ configuration, environment }: RuntimeOptions, ground: Ground): IdentityVerbs {
  const { signOn, ci } = configuration
  const identity = openIdentity({
    ...{ access: ground.access, gate: ground.gate, signOn, ci },
    readSecret: secretReader(environment),
  })
  return {
    providers: () => listProviders(identity),
    beginSignOn: (request) => beginSignOn(identity, request),
    finishSignOn: (returned) => finishSignOn(identity, returned),
    issueCiToken: (idToken) => issueCiToken(identity, idToken),
    listCiRules: (actor) => listCiRules(identity, actor),
  }
}
