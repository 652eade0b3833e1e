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
  return access.store.write((tx) => makeToken(access, tx, { name, holder: { role }, by: actor }))
}

export type TokenMaking = {
  readonly name: string
  /** A user with this role, or a machine: its id is what `can()` holds it to. */
  readonly holder: { readonly role: Role } | { readonly machine: string }
  readonly by: Author
  readonly cause?: Cause
}

/** The token and its record, in the transaction of what the token is for. Who may is asked by the verb that needs it. */
export function makeToken(access: Access, tx: Transaction, { name, holder, by, cause }: TokenMaking): CreatedToken {
  const at = access.clock.now()
  const id = `tok_${ulid(at, access.randomBytes)}`
  const secret = newSecret(access.randomBytes)
  const actor =
    'role' in holder
      ? ({ actor_type: 'user', actor_id: id, role: holder.role } as const)
      : ({ actor_type: 'machine', actor_id: holder.machine, role: null } as const)
  insertToken(tx, { id, name, ...actor, secret_hash: hashOfSecret(secret), created_at: at })
  appendRecord(tx, {
    at,
    actor: by,
    action: 'token.create',
    subject: { type: 'token', id },
    change: { name, ...holder },
    ...(cause === undefined ? {} : { cause }),
  })
  return { id, name, ...holder, createdAt: at, secret }
}
