/** Rotations of the sealing keys, cut off by kill -9 wherever it hits: after each everything can be opened, and another one ends it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Access,
  type Actor,
  addPerson,
  beginJoining,
  createToken,
  findAwsKey,
  openAccess,
} from '../../src/access/index.ts'
import { rotateKeys, sealedColumns } from '../../src/app/rotate-keys.ts'
import { openSealingKeys, type SealingKeys, sealingKeysFile } from '../../src/app/sealing-keys.ts'
import { systemClock, systemRandom } from '../../src/app/system-clock.ts'
import { silentLogger } from '../../src/base/index.ts'
import { addConnection, type ConnectionBook, openConnectionBook } from '../../src/connection/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'

export const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }

/** What a process has open that keeps secrets in a folder. */
export type SealedWorld = {
  readonly store: Store
  readonly keys: SealingKeys
  readonly book: ConnectionBook
  readonly access: Access
}

export function openSealedWorld(folder: string): SealedWorld {
  const ground = { clock: systemClock, randomBytes: systemRandom }
  const store = openStore({ path: join(folder, 'holdfast.sqlite'), clock: systemClock, logger: silentLogger })
  const keys = openSealingKeys(folder, new Uint8Array(32).fill(7), systemRandom)
  const { keyring } = keys
  const redact = () => ({ $redacted: '' })
  const book = openConnectionBook({ ...ground, store, keyring, configured: {}, redact })
  return { store, keys, book, access: openAccess({ ...ground, store, keyring, logger: silentLogger }) }
}

type Promised = {
  readonly connections: number
  readonly awsKeyId: string
  readonly code: string
  readonly totp: string
}

/** Several transactions' worth, of each kind. */
async function fill({ book, access }: SealedWorld, connections: number): Promise<Promised> {
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
async function lost({ book, access }: SealedWorld, promised: Promised): Promise<readonly string[]> {
  const problems: string[] = []
  const look = async (name: string, holds: () => unknown): Promise<void> => {
    try {
      if ((await holds()) !== true) problems.push(`${name} is another`)
    } catch (error) {
      problems.push(`${name}: ${String(error)}`)
    }
  }
  for (let at = 0; at < promised.connections; at++) {
    await look(`bank-${at}`, () => JSON.stringify(book.find(`bank-${at}`)?.authorization).includes(`"secret ${at}"`))
  }
  await look('the key of AWS', () => findAwsKey(access, promised.awsKeyId, 'api')?.secretAccessKey.length === 40)
  await look('the authenticator', async () => (await beginJoining(access, promised.code)).totpSecret === promised.totp)
  return problems
}

/** Runs rotations in a process of its own until so many lines were seen, and so long after. Says how many lines there were. */
async function rotateUntilKilled(folder: string, lines: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'rotations.fixture.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  let seen = 0
  child.stdout.on('data', (chunk: Buffer) => {
    const before = seen
    seen += chunk.toString().split('\n').length - 1
    if (before < lines && seen >= lines) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const [, signal] = (await gone) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error('the process that rotates ended by itself')
  return seen
}

export type RotationsReport = {
  readonly kills: number
  /** Of kills, how often a rotation was left half done: more than one key on the disk. */
  readonly halfDone: number
  readonly problems: readonly string[]
}

export type RotationKills = {
  readonly folder: string
  readonly kills: number
  readonly connections: number
  readonly random: () => number
}

export async function killRotations({ folder, kills, connections, random }: RotationKills): Promise<RotationsReport> {
  mkdirSync(join(folder, 'keys'), { recursive: true })
  const first = openSealedWorld(folder)
  const promised = await fill(first, connections)
  await first.store.close()
  const problems: string[] = []
  let [done, halfDone] = [0, 0]
  // Goes on until one has hit a rotation half done: where none has, nothing was shown.
  for (; done < kills || (halfDone === 0 && done < 10 * kills); done++) {
    await rotateUntilKilled(folder, 1 + Math.floor(random() * 30), Math.floor(random() * 4))
    const world = openSealedWorld(folder)
    problems.push(...(await lost(world, promised)).map((problem) => `after kill ${done + 1}: ${problem}`))
    if (keysOnDisk(folder).length > 1) halfDone++
    await world.store.close()
  }
  const world = openSealedWorld(folder)
  const { key, unreadable } = await rotateKeys({ store: world.store, clock: systemClock, keys: world.keys }, admin)
  problems.push(...(await lost(world, promised)).map((problem) => `at the end: ${problem}`))
  if (unreadable > 0) problems.push(`${unreadable} secrets are lost`)
  if (keysOnDisk(folder).join() !== key) problems.push('old keys are left on the disk')
  const others = keysInUse(world.store).filter((used) => used !== key)
  if (others.length > 0) problems.push(`something is still under ${others.join()}`)
  await world.store.close()
  return { kills: done, halfDone, problems }
}

const keysOnDisk = (folder: string): readonly string[] =>
  (JSON.parse(readFileSync(sealingKeysFile(folder), 'utf8')) as { id: string }[]).map(({ id }) => id)

const keysInUse = ({ read }: Store): readonly string[] =>
  sealedColumns.flatMap(({ table, column }) =>
    read
      .all<{ sealed: string }>(`SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`)
      .map(({ sealed }) => sealed.split(':', 1)[0] ?? ''),
  )
