import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { personMissing } from '../errors.ts'
import type { Grant } from '../grant.ts'
import { passkeysOf } from '../passkey/rows.ts'
import {
  allGroups,
  allPeople,
  groupsOf,
  membersOf,
  personById,
  type PersonRow,
  type Queries,
  recoveryCodesLeft,
} from './rows.ts'
import type { Group, Person } from './schemas.ts'

/** By login. @throws HoldfastError access.forbidden */
export function listPeople({ store }: Access, actor: Actor): readonly Person[] {
  requirePermission(actor, 'person.list')
  return allPeople(store.read).map((row) => personOfRow(store.read, row))
}

/** By name. @throws HoldfastError access.forbidden */
export function listGroups({ store }: Access, actor: Actor): readonly Group[] {
  requirePermission(actor, 'person.list')
  return allGroups(store.read).map(({ name, grants }) => ({
    name,
    grants: JSON.parse(grants) as Grant[],
    members: [...membersOf(store.read, name)],
  }))
}

/** @throws HoldfastError access.person_missing */
export function personOf(queries: Queries, id: string): Person {
  const row = personById(queries, id)
  if (row === undefined) throw personMissing(id)
  return personOfRow(queries, row)
}

const personOfRow = (queries: Queries, row: PersonRow): Person => ({
  ...{ id: row.id, login: row.login, name: row.name, createdAt: row.created_at },
  grants: JSON.parse(row.grants) as Grant[],
  groups: [...groupsOf(queries, row.id)],
  ...(row.joined_at === null ? {} : { joinedAt: row.joined_at }),
  ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
  recoveryCodes: recoveryCodesLeft(queries, row.id),
  passkeys: passkeysOf(queries, row.id).length,
})
