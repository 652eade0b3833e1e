/** The verbs on tokens with access bound, as the server takes them. */
import { type Access, createToken, listTokens, revokeToken, rotateToken } from '../access/index.ts'
import type { TokenVerbs } from '../server/index.ts'

export const bindTokenVerbs = (access: Access): TokenVerbs => ({
  createToken: (actor, request) => createToken(access, actor, request),
  listTokens: (actor) => listTokens(access, actor),
  rotateToken: (actor, rotation) => rotateToken(access, actor, rotation),
  revokeToken: (actor, id) => revokeToken(access, actor, id),
})
