import { appendRecord, type Actor as Author, type Cause } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { type NewToken, parseNewToken, type Token } from '../schemas.ts'
import type { Role } from '../verbs.ts'
import { insertToken } from './rows.ts'
import { hashOfSecret, newSecret } from './secret.ts'

/** `secret` is told this once and kept nowhere. */
export type CreatedToken = Token & { readonly secret: string }

/** @throws HoldfastError access.forbidden, access.token_invalid */
export async function createToken(access: Access, actor: Actor, request: NewToken): Promise<CreatedToken> {
  requirePermission(actor, 'token.create')
  const { name, role } = parseNewToken(request)
  return access.store.write((tx) => makeToken(access, tx, { name, role, by: actor }))
}

export type TokenMaking = { readonly name: string; readonly role: Role; readonly by: Author; readonly cause?: Cause }

/** The token and its record. */
export function makeToken(access: Access, tx: Transaction, { name, role, by, cause }: TokenMaking): CreatedToken {
  const at = access.clock.now()
  const id = `tok_${ulid(at, access.randomBytes)}`
  const secret = newSecret(access.randomBytes)
  insertToken(tx, { id, name, role, secret_hash: hashOfSecret(secret), created_at: at })
  appendRecord(tx, {
    at,
    actor: by,
    action: 'token.create',
    subject: { type: 'token', id },
    change: { name, role },
    ...(cause === undefined ? {} : { cause }),
  })
  return { id, name, role, createdAt: at, secret }
}
