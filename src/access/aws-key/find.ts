import type { Via } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { actorOfToken, noteUse } from '../token/authenticate.ts'
import { tokenById } from '../token/rows.ts'
import { awsKeyIdShape, sealedAs } from './make.ts'
import { awsKeyById } from './rows.ts'

/** Whoever can sign with the secret is this actor; until that is shown, nobody is. */
export type AwsKeyHolder = { readonly actor: Actor; readonly secretAccessKey: string }

/** Undefined alike when the key is unknown or its token expired or revoked. */
export function findAwsKey(access: Access, accessKeyId: string, via: Via): AwsKeyHolder | undefined {
  if (!awsKeyIdShape.test(accessKeyId)) return undefined
  const { read } = access.store
  const key = awsKeyById(read, accessKeyId)
  const token = key === undefined ? undefined : tokenById(read, key.token_id)
  const actor = token === undefined ? undefined : actorOfToken(access, token, via)
  if (key === undefined || token === undefined || actor === undefined) return undefined
  noteUse(access, token)
  const secretAccessKey = access.keyring.unseal(sealedAs, key.id, key.sealed_secret)
  return { actor, secretAccessKey }
}
