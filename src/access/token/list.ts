import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import type { Token } from '../schemas.ts'
import { allTokens } from './rows.ts'
import { shownToken } from './shown.ts'

/** All tokens, revoked ones too, oldest first. @throws HoldfastError access.forbidden */
export function listTokens(access: Access, actor: Actor): Token[] {
  requirePermission(actor, 'token.list')
  const { read } = access.store
  return allTokens(read).map((row) => shownToken(read, row, access.clock.now()))
}
