/** Where the keys lie that secrets in the database are sealed under: the key of the data folder, and those that followed it. */
import { join } from 'node:path'
import { z } from 'zod'
import type { RandomBytes } from '../base/index.ts'
import { type Keyring, openKeyring, type SealingKey } from '../sealing/index.ts'
import { readPrivate, writePrivate } from '../store/index.ts'
import { appError } from './errors.ts'

const stored = z.array(z.object({ id: z.string().regex(/^[a-z0-9]{1,40}$/), key: z.base64() }))

/** What every data folder has without a file of its own. */
const firstId = '0'

export const sealingKeysFile = (dataFolder: string): string => join(dataFolder, 'keys', 'sealing.json')

export type SealingKeys = {
  readonly keyring: Keyring
  /** From its return on everything is sealed under a new key, which is on the disk. Returns its id. */
  add(): string
  /** Forgets those under which nothing is any more; never the newest. Returns their ids. */
  dropAllBut(used: ReadonlySet<string>): readonly string[]
}

/** @throws HoldfastError app.folder_damaged */
export function openSealingKeys(dataFolder: string, folderKey: Uint8Array, randomBytes: RandomBytes): SealingKeys {
  const file = sealingKeysFile(dataFolder)
  const first = { id: firstId, key: folderKey }
  let added = keysIn(file)
  const write = (keys: readonly SealingKey[]): void => {
    const text = JSON.stringify(keys.map(({ id, key }) => ({ id, key: Buffer.from(key).toString('base64') })))
    writePrivate(file, `${text}\n`)
    added = keys
  }
  return {
    keyring: openKeyring({
      keys: () => [...added, first],
      reload: () => {
        added = keysIn(file)
      },
      randomBytes,
    }),
    add() {
      const id = Buffer.from(randomBytes(8)).toString('hex')
      write([{ id, key: randomBytes(32) }, ...keysIn(file)])
      return id
    },
    dropAllBut(used) {
      const keys = keysIn(file)
      const kept = keys.filter(({ id }, at) => at === 0 || used.has(id))
      if (kept.length < keys.length) write(kept)
      return keys.filter((key) => !kept.includes(key)).map(({ id }) => id)
    },
  }
}

function keysIn(file: string): readonly SealingKey[] {
  const text = readPrivate(file)?.toString('utf8')
  if (text === undefined) return []
  try {
    return stored.parse(JSON.parse(text)).map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64') }))
  } catch (cause) {
    throw appError('app.folder_damaged', `${file} does not hold sealing keys`, {
      place: file,
      repair: 'restore it from a backup; without it, secrets that were sealed under them must be added again',
      cause,
    })
  }
}
