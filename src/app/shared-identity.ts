/**
 * Several processes on one database: their task tokens, trail and ARNs are one, so their data folders hold the same keys.
 * The first process notes fingerprints of its own; another that has others is refused before it does any harm.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { RandomBytes } from '../base/index.ts'
import { uuid4 } from '../base/index.ts'
import { readPrivate, type Store, writePrivate } from '../store/index.ts'
import { appError } from './errors.ts'

/** Read and made at the first start by whoever needs them. */
const parts = ['account.json', 'task-token.key', 'keys/trail-signing.pem', 'keys/redaction.key'] as const
/** Made anew they would take the place of the first process's, which are revoked then. */
const tokenFiles = ['admin-token', 'aws-credentials'] as const

/** Before anything is made that is missing. @throws HoldfastError app.identity_differs */
export function demandSharedFiles(store: Store, dataFolder: string): void {
  if (store.dialect === 'sqlite' || known(store).size === 0) return
  const wanted = nodeNameIn(dataFolder) === undefined ? [...parts, ...tokenFiles] : parts
  const missing = wanted.filter((part) => readPrivate(join(dataFolder, part)) === undefined)
  if (missing.length > 0) throw differs(dataFolder, `${missing.join(', ')} of it ${are(missing)} missing`)
}

/** Once all of them are there. @throws HoldfastError app.identity_differs */
export async function shareIdentity(store: Store, dataFolder: string): Promise<void> {
  if (store.dialect === 'sqlite') return
  const mine = new Map(parts.map((part) => [part, fingerprintOf(readPrivate(join(dataFolder, part)))] as const))
  await store.write((tx) => {
    const insert = tx.prepare(
      'INSERT INTO shared_identity (part, fingerprint) VALUES (?, ?) ON CONFLICT (part) DO NOTHING',
    )
    for (const [part, fingerprint] of mine) insert.defer(part, fingerprint)
  })
  const theirs = known(store)
  const others = parts.filter((part) => theirs.get(part) !== mine.get(part))
  if (others.length > 0)
    throw differs(dataFolder, `${others.join(', ')} of it ${are(others)} not those of this database`)
}

/** Names the process over all its lives. */
export function nodeNameOf(dataFolder: string, randomBytes: RandomBytes): string {
  const kept = nodeNameIn(dataFolder)
  if (kept !== undefined) return kept
  const name = uuid4(randomBytes)
  writePrivate(join(dataFolder, 'node-name'), `${name}\n`)
  return name
}

const nodeNameIn = (dataFolder: string): string | undefined =>
  readPrivate(join(dataFolder, 'node-name'))?.toString('utf8').trim()

function known(store: Store): ReadonlyMap<string, string> {
  const rows = store.read.all<{ part: string; fingerprint: string }>('SELECT part, fingerprint FROM shared_identity')
  return new Map(rows.map(({ part, fingerprint }) => [part, fingerprint]))
}

const fingerprintOf = (content: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(content ?? '')
    .digest('hex')

const are = (files: readonly string[]): string => (files.length === 1 ? 'is' : 'are')

const differs = (dataFolder: string, what: string) =>
  appError('app.identity_differs', `The data folder ${dataFolder} does not belong to this database: ${what}`, {
    place: dataFolder,
    accepted: `${[...parts, ...tokenFiles].join(', ')} as in the data folder of the first process`,
    repair: 'copy these files from it, or name a database of its own in DATABASE_URL',
  })
