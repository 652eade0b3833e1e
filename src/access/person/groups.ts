import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { groupMissing, personInvalid } from '../errors.ts'
import { type Grant, printGrant } from '../grant.ts'
import { requireStill } from '../still.ts'
import { deleteGroup, groupByName, membersOf, putGroup } from './rows.ts'
import { type Group, groupChangeSchema, groupNameSchema } from './schemas.ts'

/** Makes the group, or changes what its members may. @throws HoldfastError access.forbidden, access.person_invalid */
export async function setGroup(
  access: Access,
  actor: Actor,
  name: string,
  request: { readonly grants: readonly Grant[] },
): Promise<Group> {
  requirePermission(actor, 'group.set', { type: 'group', id: name })
  const [parsedName, parsed] = [groupNameSchema.safeParse(name), groupChangeSchema.safeParse(request)]
  if (!parsedName.success) throw personInvalid('name', parsedName.error.issues[0]?.message ?? 'invalid')
  if (!parsed.success) throw personInvalid('grants', parsed.error.issues[0]?.message ?? 'invalid')
  const { grants } = parsed.data
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'group.set', { type: 'group', id: name })
    const [at, before] = [access.clock.now(), groupByName(tx, name)]
    putGroup(tx, { name, grants: JSON.stringify(grants), created_at: at })
    const was = before === undefined ? null : (JSON.parse(before.grants) as Grant[]).map(printGrant)
    const change = { before: was, after: grants.map(printGrant) }
    appendRecord(tx, { at, actor, action: 'group.set', subject: { type: 'group', id: name }, change })
    return { name, grants, members: [...membersOf(tx, name)] }
  })
}

/** Its members lose what they had by it. @throws HoldfastError access.forbidden, access.group_missing */
export async function removeGroup(access: Access, actor: Actor, name: string): Promise<void> {
  requirePermission(actor, 'group.remove', { type: 'group', id: name })
  await access.store.write((tx) => {
    if (groupByName(tx, name) === undefined) throw groupMissing(name)
    const change = { members: membersOf(tx, name) }
    deleteGroup(tx, name)
    appendRecord(tx, {
      at: access.clock.now(),
      actor,
      action: 'group.remove',
      subject: { type: 'group', id: name },
      change,
    })
  })
}
