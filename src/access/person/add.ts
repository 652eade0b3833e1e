import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { groupMissing, personExists, personInvalid } from '../errors.ts'
import { printGrant } from '../grant.ts'
import { requireStill } from '../still.ts'
import { inviteIn, type JoinCode } from './invite.ts'
import { personOf } from './list.ts'
import { groupByName, insertPerson, personByLogin, setGroups } from './rows.ts'
import { type NewPerson, newPersonSchema, type Person } from './schemas.ts'
import { newPersonId } from './steps.ts'

export type AddedPerson = { readonly person: Person; readonly join: JoinCode }

/**
 * Somebody who can sign in once they have joined with the code that is answered.
 * @throws HoldfastError access.forbidden, access.person_invalid, access.person_exists, access.group_missing
 */
export async function addPerson(access: Access, actor: Actor, request: NewPerson): Promise<AddedPerson> {
  requirePermission(actor, 'person.add')
  const { login, name, grants, groups } = parsed(request)
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'person.add')
    if (personByLogin(tx, login) !== undefined) throw personExists(login)
    requireGroups(tx, groups)
    const [id, at] = [newPersonId(access), access.clock.now()]
    insertPerson(tx, { id, login, name, grants: JSON.stringify(grants), created_at: at })
    setGroups(tx, id, groups)
    const change = { login, name, grants: grants.map(printGrant), groups }
    appendRecord(tx, { at, actor, action: 'person.add', subject: { type: 'person', id }, change })
    return { join: inviteIn(access, tx, { id, by: actor }), person: personOf(tx, id) }
  })
}

function parsed(request: NewPerson) {
  const result = newPersonSchema.safeParse(request)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw personInvalid(issue?.path.join('.') ?? '', issue?.message ?? 'invalid')
}

/** @throws HoldfastError access.group_missing */
export function requireGroups(tx: Transaction, groups: readonly string[]): void {
  for (const group of groups) if (groupByName(tx, group) === undefined) throw groupMissing(group)
}
