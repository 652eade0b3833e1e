import type { Reader } from '../../store/index.ts'
import type { Actor } from '../can.ts'
import { ownerHand, unknownHand } from '../hand/count.ts'
import { allPeople, personById, personIdPrefix } from '../person/rows.ts'
import { allTokens, isLocalToken, tokenById, type TokenRow } from './rows.ts'

/**
 * As people know who acted: by the name of the person or the token, also of one that is revoked by now. Undefined for whoever acts without a
 * token. Read when it is shown, and kept nowhere: what is stored and audited is the id, which is nobody else's ever.
 */
export function nameOfActor(
  read: Pick<Reader, 'prepare'>,
  { type, id }: Pick<Actor, 'type' | 'id'>,
): string | undefined {
  if (type !== 'user') return undefined
  if (id.startsWith(personIdPrefix)) return personById(read, id)?.name
  const token = tokenById(read, id)
  if (token === undefined) return undefined
  const person = token.person_id === null ? undefined : personById(read, token.person_id)
  return person === undefined ? shownName(token) : `${person.name} (${shownName(token)})`
}

/** By which name the person signs in; undefined of whoever is nobody in particular. */
export const loginOf = (read: Pick<Reader, 'prepare'>, { person }: Pick<Actor, 'person'>): string | undefined =>
  person === undefined ? undefined : personById(read, person)?.login

/** Whoever may have acted, for people. */
export function nameOfHand(read: Pick<Reader, 'prepare'>, hand: string): string {
  if (hand === ownerHand) return 'the owner of the machine'
  if (hand === unknownHand) return 'somebody unknown'
  return nameOfActor(read, { type: 'user', id: hand }) ?? hand
}

/** The ids of everybody who is called so, whatever the case of its letters: several tokens may have had one name, and a person acts by all of theirs. */
export function actorsNamed(read: Reader, name: string): readonly string[] {
  const wanted = name.trim().toLowerCase()
  const people = allPeople(read).filter(({ login, name: shown }) => [login, shown.toLowerCase()].includes(wanted))
  const ids = new Set(people.map(({ id }) => id))
  const tokens = allTokens(read)
    .filter((token) => token.actor_type === 'user')
    .filter((token) => shownName(token).toLowerCase() === wanted || ids.has(token.person_id ?? ''))
  return [...ids, ...tokens.map(({ id }) => id)]
}

export const shownName = (token: TokenRow): string => (isLocalToken(token) ? 'local admin' : token.name)
