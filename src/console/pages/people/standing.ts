/** How somebody stands. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { Person } from '../../api/generated.ts'

export type PersonStanding = { readonly tone: Tone; readonly says: 'active' | 'invited' | 'disabled' | 'lastCodes' }

/** With fewer recovery codes than this a lost authenticator is soon an admin's work. */
const few = 3

export function standingOf({ joinedAt, disabledAt, recoveryCodes }: Person): PersonStanding {
  if (disabledAt !== undefined) return { tone: 'halted', says: 'disabled' }
  if (joinedAt === undefined) return { tone: 'waiting', says: 'invited' }
  return { tone: 'done', says: recoveryCodes < few ? 'lastCodes' : 'active' }
}
