import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { personMissing } from '../errors.ts'
import { handsOf } from '../hand/rows.ts'
import { requireStill } from '../still.ts'
import { personByLogin } from './rows.ts'
import { beginStep } from './steps.ts'

/** `code` belongs behind `/join#` and is told this once. */
export type JoinCode = { readonly code: string; readonly expiresAt: number }

const codeLivesMs = 3 * 86_400_000

/**
 * A code by which a person chooses a password and an authenticator: at first, or anew when they have lost them. Until it is used,
 * what they had is good. @throws HoldfastError access.forbidden, access.person_missing
 */
export async function invitePerson(access: Access, actor: Actor, login: string): Promise<JoinCode> {
  requirePermission(actor, 'person.invite', { type: 'person', id: login })
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'person.invite', { type: 'person', id: login })
    const person = personByLogin(tx, login)
    if (person === undefined) throw personMissing(login)
    return inviteIn(access, tx, { id: person.id, by: actor })
  })
}

/** In the transaction of what it belongs to. */
export function inviteIn(
  access: Access,
  tx: Transaction,
  { id, by }: { readonly id: string; readonly by: Actor },
): JoinCode {
  const hands = handsOf(tx, by, access.clock.now())
  const { secret, expiresAt } = beginStep(access, tx, { kind: 'join', personId: id, livesMs: codeLivesMs, hands })
  appendRecord(tx, { at: access.clock.now(), actor: by, action: 'person.invite', subject: { type: 'person', id } })
  return { code: secret, expiresAt }
}
