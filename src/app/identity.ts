/**
 * What a data folder remembers about itself from its first start on: the account in its ARNs, the key of its task tokens.
 * Both are part of what others keep, so they never change.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { RandomBytes } from '../base/index.ts'
import type { Account } from '../engine/index.ts'
import { readPrivate, writePrivate } from '../store/index.ts'
import { appError } from './errors.ts'

const accountFile = 'account.json'
const tokenKeyFile = 'task-token.key'

/** What it means when a file is gone from a folder that was used before; a new one is made at the start. */
const losses = [
  [accountFile, 'ARNs that were given out before may be of another region or account'],
  [
    tokenKeyFile,
    'tasks that wait for a token given out before cannot be answered with it any more, and connections must be added again',
  ],
] as const

/** What the folder has forgotten of itself, for a person: one sentence for each file. Ask before the others make it anew. */
export function lostIdentity(dataFolder: string): readonly string[] {
  return losses
    .filter(([file]) => !existsSync(join(dataFolder, file)))
    .map(([file, loss]) => `${join(dataFolder, file)} was missing and is made anew: ${loss}; restore it if you have it`)
}

export type WantedAccount = { readonly region: string | undefined; readonly id: string | undefined }

const stored = z.object({ region: z.string(), accountId: z.string() })

/** @throws HoldfastError app.account_changed, app.folder_damaged */
export function accountOf(dataFolder: string, wanted: WantedAccount, regionHere: string | undefined): Account {
  const file = join(dataFolder, accountFile)
  const kept = readPrivate(file)
  if (kept !== undefined) return unchanged(keptAccount(file, kept), wanted, file)
  const account = { region: wanted.region ?? regionHere ?? 'us-east-1', accountId: wanted.id ?? '000000000000' }
  writePrivate(file, `${JSON.stringify(account)}\n`)
  return account
}

function keptAccount(file: string, text: Buffer): Account {
  try {
    return stored.parse(JSON.parse(text.toString('utf8')))
  } catch (cause) {
    throw appError('app.folder_damaged', `${file} does not hold the account of this data folder`, {
      place: file,
      repair: 'restore it from a backup: {"region":"…","accountId":"…"} as in the ARNs of this folder',
      cause,
    })
  }
}

function unchanged(kept: Account, wanted: WantedAccount, file: string): Account {
  const same = (wanted.region ?? kept.region) === kept.region && (wanted.id ?? kept.accountId) === kept.accountId
  if (same) return kept
  throw appError('app.account_changed', `This data folder holds ARNs of ${kept.region}, account ${kept.accountId}`, {
    place: file,
    accepted: 'the same account, or none in the configuration',
    repair: 'take `account` out of the configuration, or start with another data folder: holdfast up --data DIR',
  })
}

const tokenKeyBytes = 32

/** Signs task tokens. @throws HoldfastError app.folder_damaged */
export function tokenKeyOf(dataFolder: string, randomBytes: RandomBytes): Uint8Array {
  const file = join(dataFolder, tokenKeyFile)
  const kept = readPrivate(file)
  if (kept === undefined) {
    const key = randomBytes(tokenKeyBytes)
    writePrivate(file, key)
    return key
  }
  if (kept.length === tokenKeyBytes) return kept
  throw appError('app.folder_damaged', `${file} does not hold a key`, {
    place: file,
    repair: 'restore it from a backup; without it, tasks that wait for their token cannot be answered',
  })
}
