import { appendRecord, type Actor as Author, type Cause } from '../../audit/index.ts'
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type AwsKey, makeAwsKey } from '../aws-key/make.ts'
import { type Actor, requirePermission } from '../can.ts'
import { type Grant, printGrant } from '../grant.ts'
import type { Hands } from '../hand/count.ts'
import { handsOf, putTokenInHands } from '../hand/rows.ts'
import { type NewToken, parseNewToken, type Token } from '../schemas.ts'
import { requireStill } from '../still.ts'
import { insertToken } from './rows.ts'
import { hashOfSecret, newSecret } from './secret.ts'

/** `secret` and `awsKey` are told this once. */
export type CreatedToken = Token & { readonly secret: string; readonly awsKey?: AwsKey }

/** @throws HoldfastError access.forbidden, access.token_invalid, access.unauthenticated, access.session_ended */
export async function createToken(access: Access, actor: Actor, request: NewToken): Promise<CreatedToken> {
  requirePermission(actor, 'token.create')
  const { name, grants, expiresAt, awsKey } = parseNewToken(request, access.clock.now())
  return access.store.write((tx) => {
    requireStill(access, tx, actor, 'token.create')
    return makeToken(access, tx, { name, holder: { grants }, expiresAt, awsKey, by: actor })
  })
}

export type TokenMaking = {
  readonly name: string
  /** A user with these grants, or a machine: its id is what `can()` holds it to. */
  readonly holder: { readonly grants: readonly Grant[]; readonly person?: string } | { readonly machine: string }
  readonly expiresAt?: number | undefined
  /** With a pair of keys for AWS's tools. */
  readonly awsKey?: boolean
  /** What an issuer outside said about who it is for; it stands in the trail. */
  readonly claims?: Readonly<Record<string, string>>
  readonly by: Author
  /** In whose hands it is, when these are more than those of who makes it. */
  readonly hands?: Hands
  readonly cause?: Cause
}

/** The token and its record, in the transaction of what the token is for. Who may is asked by the verb that needs it. */
export function makeToken(access: Access, tx: Transaction, making: TokenMaking): CreatedToken {
  const { name, holder, expiresAt, awsKey = false, claims, by, cause } = making
  const at = access.clock.now()
  const id = `tok_${ulid(at, access.randomBytes)}`
  const secret = newSecret(access.randomBytes)
  const actor =
    'grants' in holder
      ? ({ actor_type: 'user', actor_id: id, grants: JSON.stringify(holder.grants) } as const)
      : ({ actor_type: 'machine', actor_id: holder.machine, grants: null } as const)
  const person = 'grants' in holder ? holder.person : undefined
  const madeBy = { type: by.type, id: by.id }
  insertToken(tx, {
    ...{ id, name, ...actor, person_id: person ?? null, secret_hash: hashOfSecret(secret) },
    ...{ created_at: at, expires_at: expiresAt ?? null, made_by: JSON.stringify(madeBy) },
  })
  putTokenInHands(tx, id, making.hands ?? handsOf(tx, by, at))
  const told =
    'grants' in holder ? { grants: holder.grants.map(printGrant), ...(person === undefined ? {} : { person }) } : holder
  appendRecord(tx, {
    at,
    actor: by,
    action: 'token.create',
    subject: { type: 'token', id },
    change: {
      ...{ name, ...told, ...(awsKey ? { awsKey } : {}) },
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(claims === undefined ? {} : { claims }),
    },
    ...(cause === undefined ? {} : { cause }),
  })
  const pair = awsKey ? { awsKey: makeAwsKey(access, tx, id) } : {}
  const mine = 'grants' in holder ? { grants: [...holder.grants], ...(person === undefined ? {} : { person }) } : holder
  return {
    id,
    name,
    ...mine,
    madeBy,
    createdAt: at,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    secret,
    ...pair,
  }
}
