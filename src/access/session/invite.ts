import { appendRecord, type Actor as Author, type Cause } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { tokenMissing } from '../errors.ts'
import { localTokenName } from '../schemas.ts'
import { findHolder } from '../holder.ts'
import { allTokens, isLocalToken } from '../token/rows.ts'
import { hashOfSecret } from '../token/secret.ts'
import { requireStill } from '../still.ts'
import { forgetExpired, insertCode } from './rows.ts'

/** `code` opens one session and is told this once. */
export type SignInCode = { readonly code: string; readonly expiresAt: number }

const codeLivesMs = 15 * 60_000

/** A code that signs in as whoever asks for it: the holder of a token. @throws HoldfastError access.forbidden, access.token_missing */
export async function inviteToSignIn(access: Access, actor: Actor): Promise<SignInCode> {
  requirePermission(actor, 'session.invite')
  const holder = findHolder(access.store.read, actor.id, access.clock.now())
  if (holder === undefined) throw tokenMissing(actor.id)
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'session.invite')
    return makeCode(access, tx, { tokenId: holder.id, by: actor })
  })
}

/** For whoever starts the server, and can read its data folder anyway: a code for the local token. */
export async function inviteWhoStarted(access: Access): Promise<SignInCode> {
  const local = allTokens(access.store.read).find((token) => isLocalToken(token) && token.revoked_at === null)
  if (local === undefined) throw tokenMissing(localTokenName)
  const by = { type: 'system', id: 'start', via: 'api' } as const
  return access.store.write((tx) =>
    makeCode(access, tx, { tokenId: local.id, by, cause: { type: 'human', id: 'start' } }),
  )
}

type Invitation = { readonly tokenId: string; readonly by: Author; readonly cause?: Cause }

function makeCode(access: Access, tx: Transaction, { tokenId, by, cause }: Invitation): SignInCode {
  const code = Buffer.from(access.randomBytes(32)).toString('base64url')
  const at = access.clock.now()
  const expiresAt = at + codeLivesMs
  forgetExpired(tx, at)
  insertCode(tx, { codeHash: hashOfSecret(code), tokenId, createdAt: at, expiresAt })
  appendRecord(tx, {
    at,
    actor: by,
    action: 'session.invite',
    subject: { type: 'token', id: tokenId },
    ...(cause === undefined ? {} : { cause }),
  })
  return { code, expiresAt }
}
