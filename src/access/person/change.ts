import { appendRecord, changeBetween } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { lastAdmin, personInvalid, personMissing } from '../errors.ts'
import { type Grant, printGrant } from '../grant.ts'
import { requireStill } from '../still.ts'
import { requireGroups } from './add.ts'
import { personOf } from './list.ts'
import { changePersonRow, personByLogin, setGroups } from './rows.ts'
import { type Person, type PersonChange, personChangeSchema } from './schemas.ts'

/**
 * From the commit on sessions and tokens of the person may do what it says, and nothing else.
 * @throws HoldfastError access.forbidden, access.person_invalid, access.person_missing, access.group_missing
 */
export async function changePerson(
  access: Access,
  actor: Actor,
  login: string,
  request: PersonChange,
): Promise<Person> {
  requirePermission(actor, 'person.change', { type: 'person', id: login })
  const result = personChangeSchema.safeParse(request)
  if (!result.success) {
    const [issue] = result.error.issues
    throw personInvalid(issue?.path.join('.') ?? '', issue?.message ?? 'invalid')
  }
  const { name, grants, alsoGrants = [], groups, disabled } = result.data
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'person.change', { type: 'person', id: login })
    const row = personByLogin(tx, login)
    if (row === undefined) throw personMissing(login)
    const [before, at] = [personOf(tx, row.id), access.clock.now()]
    // Whoever takes their own rights away meant somebody else.
    if (disabled === true && row.id === actor.person) throw lastAdmin()
    const ended = disabled === undefined ? row.disabled_at : disabled ? (row.disabled_at ?? at) : null
    const kept = JSON.stringify(withGrants(grants ?? before.grants, alsoGrants))
    changePersonRow(tx, row.id, { name: name ?? row.name, grants: kept, disabled_at: ended })
    if (groups !== undefined) {
      requireGroups(tx, groups)
      setGroups(tx, row.id, groups)
    }
    const after = personOf(tx, row.id)
    const change = changeBetween(told(before), told(after))
    appendRecord(tx, { at, actor, action: 'person.change', subject: { type: 'person', id: row.id }, change })
    return after
  })
}

/** Each once. */
const withGrants = (grants: readonly Grant[], more: readonly Grant[]): readonly Grant[] => {
  const has = new Set(grants.map(printGrant))
  return [...grants, ...more.filter((grant) => !has.has(printGrant(grant)))]
}

const told = ({ login, name, grants, groups, disabledAt }: Person) => ({
  ...{ login, name, groups, grants: grants.map(printGrant) },
  disabled: disabledAt !== undefined,
})
