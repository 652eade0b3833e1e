/** In whose hands an actor is, as rows. Read and written in the transaction of what they do: later it may be in more. */
import type { Actor as Author } from '../../audit/index.ts'
import type { Reader, Transaction } from '../../store/index.ts'
import { personIdPrefix } from '../person/rows.ts'
import { isLocalToken, tokenById } from '../token/rows.ts'
import { type Hands, ownerHand, unknownHand } from './count.ts'

type Queries = Pick<Reader, 'prepare'>

/** So long who made an invitation may be who took it: whoever it was taken from has a day to notice. */
export const inviterIsOneForMs = 24 * 3_600_000

/**
 * Everybody who can act as this actor. `since`: of what is done now, now; of an answer to something that was asked for before,
 * then, so that nobody waits until it is over.
 */
export function handsOf(queries: Queries, { type, id }: Pick<Author, 'type' | 'id'>, since: number): Hands {
  if (type !== 'user') return [id]
  if (id.startsWith(personIdPrefix)) return handsOfPerson(queries, id, since)
  const token = tokenById(queries, id)
  if (token === undefined) return [id]
  if (isLocalToken(token)) return [ownerHand]
  const own = token.person_id === null ? [id] : handsOfPerson(queries, token.person_id, since)
  return [...new Set([...own, ...handsOfToken(queries, id)])]
}

const handsOfToken = (queries: Queries, id: string): Hands =>
  queries
    .prepare<{ hand: string }>('SELECT hand FROM access_token_hand WHERE token_id = ? ORDER BY hand')
    .all(id)
    .map(({ hand }) => hand)

const handsOfPerson = (queries: Queries, id: string, since: number): Hands => [
  id,
  ...queries
    .prepare<{ hand: string }>('SELECT hand FROM access_person_hand WHERE person_id = ? AND until_at > ? ORDER BY hand')
    .all(id, since)
    .map(({ hand }) => hand),
]

/** They have learned its secret, and do not forget it. */
export function putTokenInHands(tx: Transaction, tokenId: string, hands: Hands): void {
  const insert = tx.prepare('INSERT INTO access_token_hand (token_id, hand) VALUES (?, ?) ON CONFLICT DO NOTHING')
  for (const hand of hands) insert.run(tokenId, hand)
}

/** Nobody has the secret any more that somebody unknown had. */
export function takeFromUnknown(tx: Transaction, tokenId: string): void {
  tx.prepare('DELETE FROM access_token_hand WHERE token_id = ? AND hand = ?').run(tokenId, unknownHand)
}

/** The owner of the machine is trusted with whom there is: they could write it into the database as well. */
export function putPersonInHands(tx: Transaction, personId: string, hands: Hands, nowMs: number): void {
  const insert = tx.prepare(
    `INSERT INTO access_person_hand (person_id, hand, until_at) VALUES (?, ?, ?)
      ON CONFLICT (person_id, hand) DO UPDATE SET until_at = excluded.until_at`,
  )
  for (const hand of hands) if (hand !== ownerHand) insert.run(personId, hand, nowMs + inviterIsOneForMs)
}
