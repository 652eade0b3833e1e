/** Where the keys lie that secrets in the database are sealed under: the key of the data folder, and those that followed it. */
import { join } from 'node:path'
import { z } from 'zod'
import type { RandomBytes } from '../base/index.ts'
import { type Keyring, openKeyring, type SealingKey } from '../sealing/index.ts'
import { readPrivate } from '../store/index.ts'
import { appError } from './errors.ts'

const stored = z.array(z.object({ id: z.string().regex(/^[a-z0-9]{1,40}$/), key: z.base64() }))

/** What every data folder has without a file of its own. */
const firstId = '0'

export const sealingKeysFile = (dataFolder: string): string => join(dataFolder, 'keys', 'sealing.json')

/** @throws HoldfastError app.folder_damaged */
export function keyringOf(dataFolder: string, folderKey: Uint8Array, randomBytes: RandomBytes): Keyring {
  let keys = keysIn(dataFolder, folderKey)
  return openKeyring({
    keys: () => keys,
    reload: () => {
      keys = keysIn(dataFolder, folderKey)
    },
    randomBytes,
  })
}

function keysIn(dataFolder: string, folderKey: Uint8Array): readonly SealingKey[] {
  const file = sealingKeysFile(dataFolder)
  const text = readPrivate(file)?.toString('utf8')
  const first = { id: firstId, key: folderKey }
  if (text === undefined) return [first]
  try {
    const added = stored.parse(JSON.parse(text)).map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64') }))
    return [...added, first]
  } catch (cause) {
    throw appError('app.folder_damaged', `${file} does not hold sealing keys`, {
      place: file,
      repair: 'restore it from a backup; without it, secrets that were sealed under them must be added again',
      cause,
    })
  }
}
