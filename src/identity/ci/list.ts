import { type Actor, type Grant, requirePermission } from '../../access/index.ts'
import type { Identity } from '../identity.ts'

/** One rule, with whose tokens it is about. */
export type ListedCiRule = {
  readonly issuer: string
  readonly url: string
  readonly audience: string
  /** Claim → what it has to be, each of several. */
  readonly claims: Readonly<Record<string, readonly string[]>>
  readonly grants: readonly Grant[]
}

/** In the order of the configuration. @throws HoldfastError access.forbidden */
export function listCiRules({ ciIssuers }: Identity, actor: Actor): readonly ListedCiRule[] {
  requirePermission(actor, 'token.list')
  return ciIssuers.flatMap(({ name, settings }) =>
    settings.rules.map(({ claims, may }) => ({
      ...{ issuer: name, url: settings.issuer, audience: settings.audience, grants: may },
      claims: Object.fromEntries(Object.entries(claims).map(([claim, wanted]) => [claim, [wanted].flat()])),
    })),
  )
}
