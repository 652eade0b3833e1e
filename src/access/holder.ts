/** Whose a session or a token is, as long as it may be used: a token's own, or a person's. Read each time, for it may end. */
import type { Via } from '../audit/index.ts'
import type { Reader } from '../store/index.ts'
import type { Actor } from './can.ts'
import type { Grant } from './grant.ts'
import { grantsNow } from './person/who.ts'
import { personById, personIdPrefix } from './person/rows.ts'
import { shownName } from './token/name.ts'
import { isGood, tokenById, type TokenRow } from './token/rows.ts'

export type Holder = {
  readonly id: string
  /** As people know it. */
  readonly name: string
  readonly grants: readonly Grant[]
  readonly person: string | undefined
  /** No session of theirs outlasts it. */
  readonly expiresAt: number | undefined
}

type Queries = Pick<Reader, 'prepare'>

/** Undefined once it is revoked, over or disabled; and of machines, which have no sessions. */
export function findHolder(queries: Queries, id: string, nowMs: number): Holder | undefined {
  return id.startsWith(personIdPrefix)
    ? personHolding(queries, id, nowMs)
    : userHolding(queries, tokenById(queries, id), nowMs)
}

function personHolding(queries: Queries, id: string, nowMs: number): Holder | undefined {
  const person = personById(queries, id)
  if (person === undefined || person.disabled_at !== null) return undefined
  return { id, name: person.name, grants: grantsNow(queries, id, nowMs), person: id, expiresAt: undefined }
}

/** A token of a person is good as long as both are, and may what both may. */
export function userHolding(queries: Queries, token: TokenRow | undefined, nowMs: number): Holder | undefined {
  if (token?.actor_type !== 'user' || !isGood(token, nowMs)) return undefined
  const { person_id: person } = token
  if (person !== null && personHolding(queries, person, nowMs) === undefined) return undefined
  return {
    ...{ id: token.id, name: shownName(token), grants: grantsNow(queries, token.id, nowMs) },
    ...{ person: person ?? undefined, expiresAt: token.expires_at ?? undefined },
  }
}

export const actorOfHolder = ({ id, grants, person }: Holder, via: Via): Actor => ({
  ...{ type: 'user', id, via, grants },
  ...(person === undefined ? {} : { person }),
})
