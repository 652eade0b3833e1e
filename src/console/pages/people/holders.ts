/** Which people have a role, by a grant of their own or by a group; tokens are looked up where they are listed. Pure. */
import type { Group, Person } from '../../api/generated.ts'
import type { Grant, Role } from '../../api/may.ts'
import { whereText } from '../../parts/grant.ts'

export type Holder = {
  /** Two people may have one name. */
  readonly id: string
  readonly name: string
  readonly login: string
  /** Empty: everywhere. */
  readonly where: string
  /** The group that they have it by. */
  readonly group: string | undefined
}

/** Whoever is disabled has nothing; everywhere comes before single places. */
export function holdersOf(role: Role, people: readonly Person[], groups: readonly Group[]): readonly Holder[] {
  const standing = people.filter(({ disabledAt }) => disabledAt === undefined)
  const having = (
    { id, name, login }: Person,
    grants: readonly Grant[],
    group: string | undefined,
  ): readonly Holder[] =>
    grants.filter((grant) => grant.role === role).map((grant) => ({ id, name, login, where: whereText(grant), group }))
  const own = standing.flatMap((person) => having(person, person.grants, undefined))
  const byGroup = standing.flatMap((person) =>
    groups
      .filter(({ name }) => person.groups.includes(name))
      .flatMap(({ name, grants }) => having(person, grants, name)),
  )
  return [...own, ...byGroup].toSorted((one, other) => Number(one.where !== '') - Number(other.where !== ''))
}

/** Each once, however they have it. */
export const peopleOf = (holders: readonly Holder[]): readonly Holder[] => [
  ...new Map(holders.map((holder) => [holder.id, holder])).values(),
]
