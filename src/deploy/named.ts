import { type Actor, nameOfActor } from '../access/index.ts'
import type { Queries } from './sql.ts'

/** Who acted, with the name that people know them by. */
export type NamedActor = Actor & { readonly name?: string }

export function named(queries: Queries, actor: Actor): NamedActor {
  const name = nameOfActor(queries, actor)
  return name === undefined ? actor : { ...actor, name }
}
