import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { insertAwsKey } from './rows.ts'

/** A pair as AWS's tools take it. The secret is told this once. */
export type AwsKey = { readonly accessKeyId: string; readonly secretAccessKey: string }

/** What its secret is sealed as. */
export const sealedAs = 'aws key'

/** 16 letters and digits behind `HFAK`, as many as AWS's have behind `AKIA`: tools that check the shape let it pass. */
export const awsKeyIdShape = /^HFAK[A-Z2-7]{16}$/
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** For a token that was just made, in the same transaction. Its record is the token's. */
export function makeAwsKey({ clock, randomBytes, keyring }: Access, tx: Transaction, tokenId: string): AwsKey {
  const accessKeyId = `HFAK${[...randomBytes(16)].map((byte) => letters[byte % letters.length]).join('')}`
  const secretAccessKey = Buffer.from(randomBytes(30)).toString('base64')
  insertAwsKey(tx, {
    id: accessKeyId,
    token_id: tokenId,
    sealed_secret: keyring.seal(sealedAs, accessKeyId, secretAccessKey),
    created_at: clock.now(),
  })
  return { accessKeyId, secretAccessKey }
}
