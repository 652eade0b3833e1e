import type { Reader } from '../../store/index.ts'
import type { Actor } from '../can.ts'
import { localTokenName } from '../schemas.ts'
import { allTokens, tokenById, type TokenRow } from './rows.ts'

/**
 * As people know who acted: by the name of the token, also of one that is revoked by now. Undefined for whoever acts without a
 * token. Read when it is shown, and kept nowhere: what is stored and audited is the id, which is nobody else's ever.
 */
export function nameOfActor(
  read: Pick<Reader, 'prepare'>,
  { type, id }: Pick<Actor, 'type' | 'id'>,
): string | undefined {
  if (type !== 'user') return undefined
  const token = tokenById(read, id)
  return token === undefined ? undefined : shownName(token)
}

/** The ids of everybody who is called so, whatever the case of its letters: several tokens may have had one name. */
export function actorsNamed(read: Reader, name: string): readonly string[] {
  const wanted = name.trim().toLowerCase()
  return allTokens(read)
    .filter((token) => token.actor_type === 'user' && shownName(token).toLowerCase() === wanted)
    .map(({ id }) => id)
}

const shownName = ({ name }: TokenRow): string => (name === localTokenName ? 'local admin' : name)
