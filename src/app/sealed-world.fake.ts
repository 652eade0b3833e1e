/** A store that keeps secrets of every kind under the sealing keys, and whether they can still be opened, for tests. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import {
  type Access,
  type Actor,
  addPerson,
  beginJoining,
  createToken,
  findAwsKey,
  openAccess,
} from '../access/index.ts'
import { type Clock, type RandomBytes, silentLogger } from '../base/index.ts'
import { addConnection, type ConnectionBook, openConnectionBook } from '../connection/index.ts'
import type { Store } from '../store/index.ts'
import { sealedColumns } from './rotate-keys.ts'
import { openSealingKeys, type SealingKeys, sealingKeysFile } from './sealing-keys.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }

/** What a process has open that keeps secrets. */
export type SealedWorld = {
  readonly store: Store
  readonly keys: SealingKeys
  readonly book: ConnectionBook
  readonly access: Access
}

type Ground = {
  /** With a folder `keys` in it. */
  readonly folder: string
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

/** As a process that has just started sees it. */
export function openSealedWorld({ folder, ...ground }: Ground): SealedWorld {
  const keys = openSealingKeys(folder, new Uint8Array(32).fill(7), ground.randomBytes)
  const { keyring } = keys
  const redact = () => ({ $redacted: '' })
  const book = openConnectionBook({ ...ground, keyring, configured: {}, redact })
  return { store: ground.store, keys, book, access: openAccess({ ...ground, keyring, logger: silentLogger }) }
}

export type Promised = {
  readonly connections: number
  readonly awsKeyId: string
  readonly code: string
  readonly totp: string
}

/** So many connections, a key of AWS's, and an authenticator that is being taken in. */
export async function fill({ book, access }: SealedWorld, connections: number): Promise<Promised> {
  for (let at = 0; at < connections; at++) {
    await addConnection(book, admin, {
      ...{ name: `bank-${at}`, allowedHosts: ['bank.example'] },
      authorization: { kind: 'basic', username: 'u', password: `secret ${at}` },
    })
  }
  const { awsKey } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'viewer' }], awsKey: true })
  const { join: invitation } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [] })
  const { totpSecret: totp } = await beginJoining(access, invitation.code)
  return { connections, awsKeyId: awsKey?.accessKeyId ?? '', code: invitation.code, totp }
}

/** What of it cannot be opened, or is not what it was. */
export async function lost({ book, access }: SealedWorld, promised: Promised): Promise<readonly string[]> {
  const problems: string[] = []
  const look = async (name: string, holds: () => unknown): Promise<void> => {
    try {
      if ((await holds()) !== true) problems.push(`${name} is another`)
    } catch (error) {
      problems.push(`${name}: ${String(error)}`)
    }
  }
  for (let at = 0; at < promised.connections; at++) {
    const expected = { kind: 'basic', username: 'u', password: { value: `secret ${at}` } }
    await look(`bank-${at}`, () => isDeepStrictEqual(book.find(`bank-${at}`)?.authorization, expected))
  }
  await look('the key of AWS', () => findAwsKey(access, promised.awsKeyId, 'api')?.secretAccessKey.length === 40)
  await look('the authenticator', async () => (await beginJoining(access, promised.code)).totpSecret === promised.totp)
  return problems
}

export const keysOnDisk = (folder: string): readonly string[] =>
  (JSON.parse(readFileSync(sealingKeysFile(folder), 'utf8')) as { id: string }[]).map(({ id }) => id)

/** The ids of the keys under which something is sealed, as often as there is something. */
export const keysInUse = ({ read }: Store): readonly string[] =>
  sealedColumns.flatMap(({ table, column }) =>
    read
      .all<{ sealed: string }>(`SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`)
      .map(({ sealed }) => sealed.split(':', 1)[0] ?? ''),
  )
