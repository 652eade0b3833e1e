/** Who stands behind an actor: the same person, whichever token or session they came by. Read when it is asked, for it may change. */
import type { Reader } from '../../store/index.ts'
import type { Actor } from '../can.ts'
import type { Grant } from '../grant.ts'
import { grantsOfToken, isGood, tokenById } from '../token/rows.ts'
import { intersectGrants } from '../grant.ts'
import { grantsOfPerson, personById, personIdPrefix } from './rows.ts'

type Queries = Pick<Reader, 'prepare'>

/** Id of the person; of a token that is nobody's, of a machine and of whoever was not asked, the actor's own. */
export function personBehind(queries: Queries, { type, id }: Pick<Actor, 'type' | 'id'>): string {
  if (type !== 'user' || id.startsWith(personIdPrefix)) return id
  return tokenById(queries, id)?.person_id ?? id
}

/** What they may do now; nothing, once they are disabled, revoked or over. `id`: of a person, or of a token that is nobody's. */
export function grantsNow(queries: Queries, id: string, nowMs: number): readonly Grant[] {
  if (id.startsWith(personIdPrefix)) {
    const person = personById(queries, id)
    return person === undefined || person.disabled_at !== null ? [] : grantsOfPerson(queries, person)
  }
  const token = tokenById(queries, id)
  if (token === undefined || !isGood(token, nowMs)) return []
  const own = grantsOfToken(token)
  return token.person_id === null ? own : intersectGrants(own, grantsNow(queries, token.person_id, nowMs))
}
