/**
 * How others find a running server: a file in its data folder with the address, the token and the process id. Readable by
 * its owner only. `up` writes it and takes it away; the CLI reads it.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivate } from '../store/index.ts'
import { appError } from './errors.ts'

const schema = z.object({
  url: z.url(),
  /** Absent when the server asks for none (`--auth none`). */
  token: z.string().optional(),
  /** Under which the server proves that it is the one that wrote this, before anybody sends it a token. */
  key: z.string().min(40),
  pid: z.int(),
})

export type Connection = z.infer<typeof schema>

export function connectionFile(dataFolder: string): string {
  return join(dataFolder, 'connection.json')
}

/** Only by who holds the folder's lock. @throws HoldfastError store.full, store.disk_failed, store.folder_unwritable */
export function writeConnection(dataFolder: string, connection: Connection): void {
  writePrivate(connectionFile(dataFolder), `${JSON.stringify(connection)}\n`)
}

/** Undefined when no server says that it runs on this folder. @throws HoldfastError app.folder_damaged */
export async function readConnection(dataFolder: string): Promise<Connection | undefined> {
  try {
    return parseConnection(dataFolder, await readFile(connectionFile(dataFolder), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parseConnection(dataFolder: string, text: string): Connection {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    const place = connectionFile(dataFolder)
    throw appError('app.folder_damaged', `${place} does not say where the server is`, {
      place,
      repair: 'stop the server (Ctrl-C where it runs) and start it again: it writes the file anew',
      cause,
    })
  }
}

/** Takes the file away if it is still this server's: the next one may have written its own already. */
export async function removeConnection(dataFolder: string, { pid, url }: Connection): Promise<void> {
  const connection = await readConnection(dataFolder)
  if (connection?.pid === pid && connection.url === url) await rm(connectionFile(dataFolder), { force: true })
}
