/** Tokens of one's own: for the command line and programs of a person. They never do more than that person may. */
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { nobodysOwn, tokenMissing } from '../errors.ts'
import { type NewToken, parseNewToken, type Token } from '../schemas.ts'
import { requireStill } from '../still.ts'
import { type CreatedToken, makeToken } from './create.ts'
import { takeBack } from './revoke.ts'
import { allTokens, tokenById } from './rows.ts'
import { shownToken } from './shown.ts'

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.token_invalid */
export async function createOwnToken(access: Access, actor: Actor, request: NewToken): Promise<CreatedToken> {
  requirePermission(actor, 'token.own')
  const person = personOf(actor)
  const { name, grants, expiresAt, awsKey } = parseNewToken(request, access.clock.now())
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'token.own')
    return makeToken(access, tx, { name, holder: { grants, person }, expiresAt, awsKey, by: actor })
  })
}

/** @throws HoldfastError access.forbidden, access.nobodys_own */
export function listOwnTokens(access: Access, actor: Actor): Token[] {
  requirePermission(actor, 'token.own')
  const person = personOf(actor)
  const { read } = access.store
  const own = allTokens(read).filter((row) => row.person_id === person)
  return own.map((row) => shownToken(read, row, access.clock.now()))
}

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.token_missing */
export async function revokeOwnToken(access: Access, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'token.own')
  const person = personOf(actor)
  await access.store.write((tx) => {
    if (tokenById(tx, id)?.person_id !== person) throw tokenMissing(id)
    takeBack(access, tx, { id, by: actor })
  })
}

function personOf({ person }: Actor): string {
  if (person === undefined) throw nobodysOwn()
  return person
}
