/** The verbs of identity providers with identity bound, as the server takes them. */
import type { Access } from '../access/index.ts'
import { beginSignOn, finishSignOn, issueCiToken, listCiRules, listProviders, openIdentity } from '../identity/index.ts'
import { openGate } from '../outbound/index.ts'
import type { IdentityVerbs } from '../server/index.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { secretReader } from './secrets.ts'

export function bindIdentityVerbs({ configuration, environment }: RuntimeOptions, access: Access): IdentityVerbs {
  const { signOn, ci, outbound } = configuration
  const identity = openIdentity({
    ...{ access, signOn, ci },
    gate: openGate(outbound),
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
