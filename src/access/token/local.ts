import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { type AwsKey, makeAwsKey } from '../aws-key/make.ts'
import { awsKeyOfToken, deleteAwsKeyOfToken } from '../aws-key/rows.ts'
import { localTokenName } from '../schemas.ts'
import { tokenWith } from './authenticate.ts'
import { makeToken } from './create.ts'
import { takeBack } from './revoke.ts'
import { allTokens, isGood, isLocalToken } from './rows.ts'

/** What the files of the data folder hold now, if they are there. */
export type HeldByFolder = { readonly token: string | undefined; readonly accessKeyId: string | undefined }

export type LocalToken = {
  readonly held: HeldByFolder
  /** Write the files; called before what is in them counts. */
  readonly deliver: (secret: string) => void
  readonly deliverAwsKey: (pair: AwsKey) => void
}

const by = { type: 'system', id: 'start', via: 'api' } as const
const cause = { type: 'human', id: 'start' } as const

/**
 * The admin token of whoever can read the data folder, with its keys for AWS's tools: made at the first start, and again when a
 * file was lost, whereupon the lost one is revoked. The files are written inside the transaction: after a crash between the two
 * what they hold does not open anything, and the next start delivers another. Says whether a token was made.
 */
export async function ensureLocalToken(access: Access, local: LocalToken): Promise<boolean> {
  const { token, accessKeyId } = local.held
  const found = token === undefined ? undefined : tokenWith(access, token.trim())
  const good = found !== undefined && isGood(found, access.clock.now()) ? found : undefined
  if (good === undefined) {
    await access.store.write((tx) => replaceToken(access, tx, local))
    return true
  }
  if (accessKeyId !== undefined && awsKeyOfToken(access.store.read, good.id)?.id === accessKeyId) return false
  await access.store.write((tx) => replaceAwsKey(access, tx, good.id, local))
  return false
}

function replaceToken(access: Access, tx: Transaction, { deliver, deliverAwsKey }: LocalToken): void {
  const lost = allTokens(access.store.read).filter((token) => isLocalToken(token) && token.revoked_at === null)
  for (const { id } of lost) takeBack(access, tx, { id, by, cause })
  const holder = { grants: [{ role: 'admin' as const }] }
  const { secret, awsKey } = makeToken(access, tx, { name: localTokenName, holder, awsKey: true, by, cause })
  deliver(secret)
  if (awsKey !== undefined) deliverAwsKey(awsKey)
}

function replaceAwsKey(access: Access, tx: Transaction, id: string, { deliverAwsKey }: LocalToken): void {
  deleteAwsKeyOfToken(tx, id)
  deliverAwsKey(makeAwsKey(access, tx, id))
  appendRecord(tx, { at: access.clock.now(), actor: by, action: 'token.rekey', subject: { type: 'token', id }, cause })
}
