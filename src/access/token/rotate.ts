/** A new secret for a token: what holds the old one is given time to take the new. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { awsKeyOfToken } from '../aws-key/rows.ts'
import { type Actor, requirePermission } from '../can.ts'
import { nobodysOwn, tokenFixed, tokenMissing } from '../errors.ts'
import { isUnknown } from '../hand/count.ts'
import { handsOf, putTokenInHands, takeFromUnknown } from '../hand/rows.ts'
import type { Token } from '../schemas.ts'
import { endSessionsOf, forgetCodesOf } from '../session/rows.ts'
import { requireStill } from '../still.ts'
import { forgetFormerSecretsOf, isGood, isLocalToken, keepFormerSecret, setSecret, tokenById } from './rows.ts'
import { shownToken } from './shown.ts'
import { hashOfSecret, newSecret } from './secret.ts'

/** How long the old secret stays good; 0: it ends at once, and so does all that it, or one before it, began. */
export type Rotation = { readonly id: string; readonly overlapMs: number }

/** `secret` is told this once. */
export type RotatedToken = Token & {
  readonly secret: string
  /** From then on the old one opens nothing. */
  readonly formerUntil: number
}

/** Id, grants and end of the token stay, and so do its keys for AWS's tools. @throws HoldfastError access.forbidden, access.token_missing, access.token_fixed */
export async function rotateToken(access: Access, actor: Actor, rotation: Rotation): Promise<RotatedToken> {
  requirePermission(actor, 'token.rotate', { type: 'token', id: rotation.id })
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'token.rotate', { type: 'token', id: rotation.id })
    return rotateIn(access, tx, { ...rotation, by: actor })
  })
}

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.token_missing, access.token_fixed */
export async function rotateOwnToken(access: Access, actor: Actor, rotation: Rotation): Promise<RotatedToken> {
  requirePermission(actor, 'token.own')
  const { person } = actor
  if (person === undefined) throw nobodysOwn()
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'token.own')
    if (tokenById(tx, rotation.id)?.person_id !== person) throw tokenMissing(rotation.id)
    return rotateIn(access, tx, { ...rotation, by: actor })
  })
}

type Rotating = Rotation & { readonly by: Actor }

function rotateIn(access: Access, tx: Transaction, { id, overlapMs, by }: Rotating): RotatedToken {
  const token = tokenById(tx, id)
  const at = access.clock.now()
  if (token === undefined) throw tokenMissing(id)
  if (isLocalToken(token)) throw tokenFixed(id, 'it stands in a file of the data folder')
  if (token.actor_type === 'machine') throw tokenFixed(id, 'its agent keeps it')
  if (!isGood(token, at)) throw tokenFixed(id, 'it is revoked or over')
  const secret = newSecret(access.randomBytes)
  const formerUntil = at + overlapMs
  keepFormerSecret(tx, { secretHash: token.secret_hash, tokenId: id, expiresAt: formerUntil, nowMs: at })
  setSecret(tx, id, hashOfSecret(secret))
  const hands = handsOf(tx, by, at)
  putTokenInHands(tx, id, hands)
  if (overlapMs === 0) endWhatWasBegunBefore(tx, id, at)
  // Whoever had the old one, or the pair of keys that came with it, has it still; and of whom nobody knows, such as the token itself, nobody knows still.
  const isKnown = overlapMs === 0 && awsKeyOfToken(tx, id) === undefined && !isUnknown(hands)
  if (isKnown) takeFromUnknown(tx, id)
  const change = { name: token.name, formerUntil }
  appendRecord(tx, { at, actor: by, action: 'token.rotate', subject: { type: 'token', id }, change })
  return { ...shownToken(tx, token, at), secret, formerUntil }
}

/** Whoever had a secret of before may have signed in with it, or have asked for a link to do so later. */
function endWhatWasBegunBefore(tx: Transaction, id: string, at: number): void {
  forgetFormerSecretsOf(tx, id)
  forgetCodesOf(tx, id)
  endSessionsOf(tx, id, at)
}
