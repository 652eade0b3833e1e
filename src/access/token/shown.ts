import type { Actor as Author } from '../../audit/index.ts'
import type { Reader } from '../../store/index.ts'
import { handsOf } from '../hand/rows.ts'
import type { Token } from '../schemas.ts'
import { nameOfActor, nameOfHand } from './name.ts'
import { grantsOfToken, type TokenRow } from './rows.ts'

/** As lists show it: who made it, and with whom it counts as one, by the names they have now. */
export function shownToken(queries: Pick<Reader, 'prepare'>, row: TokenRow, nowMs: number): Token {
  const { id, name, person_id: person, grants } = row
  return {
    ...{ id, name },
    ...(grants === null ? { machine: row.actor_id } : { grants: grantsOfToken(row) }),
    ...(person === null ? {} : { person }),
    ...(row.made_by === null ? {} : { madeBy: namedMaker(queries, row.made_by) }),
    ...(grants === null ? {} : { oneWith: oneWith(queries, id, nowMs) }),
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}

function namedMaker(queries: Pick<Reader, 'prepare'>, json: string): NonNullable<Token['madeBy']> {
  const maker = JSON.parse(json) as Pick<Author, 'type' | 'id'>
  const name = nameOfActor(queries, maker)
  return name === undefined ? maker : { ...maker, name }
}

const oneWith = (queries: Pick<Reader, 'prepare'>, id: string, nowMs: number): { id: string; name: string }[] =>
  handsOf(queries, { type: 'user', id }, nowMs)
    .filter((hand) => hand !== id)
    .map((hand) => ({ id: hand, name: nameOfHand(queries, hand) }))
