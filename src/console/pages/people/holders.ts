/** Who has a role, by a grant of their own or by a group. Pure. */
import type { Group, Person } from '../../api/generated.ts'
import type { Grant, Role } from '../../api/may.ts'
import { whereText } from '../../parts/grant.ts'

export type Holder = {
  readonly name: string
  /** Empty: everywhere. */
  readonly where: string
  /** The group that they have it by. */
  readonly group: string | undefined
}

/** Whoever is disabled has nothing; everywhere comes before single places. */
export function holdersOf(role: Role, people: readonly Person[], groups: readonly Group[]): readonly Holder[] {
  const standing = people.filter(({ disabledAt }) => disabledAt === undefined)
  const having = (name: string, grants: readonly Grant[], group: string | undefined): readonly Holder[] =>
    grants.filter((grant) => grant.role === role).map((grant) => ({ name, where: whereText(grant), group }))
  const own = standing.flatMap(({ name, grants }) => having(name, grants, undefined))
  const byGroup = standing.flatMap((person) =>
    groups
      .filter(({ name }) => person.groups.includes(name))
      .flatMap(({ name, grants }) => having(person.name, grants, name)),
  )
  return [...own, ...byGroup].toSorted((one, other) => Number(one.where !== '') - Number(other.where !== ''))
}
