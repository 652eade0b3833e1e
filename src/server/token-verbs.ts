/** The verbs on tokens with access bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor, CreatedToken, NewToken, Token } from '../access/index.ts'

export interface TokenVerbs {
  createToken(actor: Actor, request: NewToken): Promise<CreatedToken>
  listTokens(actor: Actor): readonly Token[]
  revokeToken(actor: Actor, id: string): Promise<void>
}
