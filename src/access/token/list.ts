import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import type { Token } from '../schemas.ts'
import { allTokens, tokenOf } from './rows.ts'

/** All tokens, revoked ones too, oldest first. @throws HoldfastError access.forbidden */
export function listTokens(access: Access, actor: Actor): Token[] {
  requirePermission(actor, 'token.list')
  return allTokens(access.store.read).map(tokenOf)
}
