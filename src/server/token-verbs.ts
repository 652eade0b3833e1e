/** The verbs on tokens with access bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor, CreatedToken, NewToken, RotatedToken, Rotation, Token } from '../access/index.ts'

export interface TokenVerbs {
  createToken(actor: Actor, request: NewToken): Promise<CreatedToken>
  listTokens(actor: Actor): readonly Token[]
  rotateToken(actor: Actor, rotation: Rotation): Promise<RotatedToken>
  revokeToken(actor: Actor, id: string): Promise<void>
}
