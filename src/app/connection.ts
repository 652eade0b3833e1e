/**
 * How others find a running server: a file in its data folder with the address, the token and the process id. Readable by
 * its owner only. `up` writes it and takes it away; the CLI reads it.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const schema = z.object({
  url: z.url(),
  /** Absent when the server asks for none (`--auth none`). */
  token: z.string().optional(),
  pid: z.int(),
})

export type Connection = z.infer<typeof schema>

export function connectionFile(dataFolder: string): string {
  return join(dataFolder, 'connection.json')
}

/** Never seen half written: it takes the place of the old one in one step. */
export async function writeConnection(dataFolder: string, connection: Connection): Promise<void> {
  const file = connectionFile(dataFolder)
  const draft = `${file}.${connection.pid}`
  await writeFile(draft, `${JSON.stringify(connection)}\n`, { mode: 0o600 })
  await rename(draft, file)
}

/** Undefined when no server says that it runs on this folder. */
export async function readConnection(dataFolder: string): Promise<Connection | undefined> {
  try {
    const text = await readFile(connectionFile(dataFolder), 'utf8')
    return schema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Takes the file away if it is still this server's: the next one may have written its own already. */
export async function removeConnection(dataFolder: string, { pid, url }: Connection): Promise<void> {
  const connection = await readConnection(dataFolder)
  if (connection?.pid === pid && connection.url === url) await rm(connectionFile(dataFolder), { force: true })
}
