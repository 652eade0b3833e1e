/** What is deployed is what was signed: read again from where it is kept. */
import type { PlainJson } from '../../audit/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { DeploymentKind } from '../deployment/rows.ts'
import { deployError } from '../errors.ts'
import { findKey } from '../key/rows.ts'
import type { Queries } from '../sql.ts'
import { signatureRefusal } from './acceptance.ts'
import { identityOf } from './identity.ts'
import type { StoredRelease } from './rows.ts'
import type { Release } from './schemas.ts'

/** Why the stored release must not be deployed; undefined when it is as it was signed. */
export function genuineRefusal(
  queries: Queries,
  kind: DeploymentKind,
  { stored, release }: { readonly stored: StoredRelease; readonly release: Release },
): HoldfastError | undefined {
  const { digest, canonical } = identityOf(JSON.parse(stored.document) as PlainJson, release.createdAt)
  if (digest !== stored.digest) {
    return deployError('deploy.release_damaged', `The stored release ${stored.id} was changed`)
  }
  // A key that was revoked since does not take back what served before.
  const known = findKey(queries, stored.keyId)
  const key = kind === 'deploy' || known === undefined ? known : { ...known, revokedAt: null }
  const signature = { key: stored.keyId, value: stored.signature }
  return signatureRefusal({ id: stored.id, canonical, createdAtMs: stored.signedAt, signature }, key)
}
