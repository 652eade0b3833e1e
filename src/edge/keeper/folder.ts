/** The folder of an edge: settings, last good routes, the admin socket. Files are replaced in one step, never half written. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { edgeError, messageOf, systemCode } from '../errors.ts'
import { type CompleteRoutes, type CompleteSettings, parseRoutes, parseSettings } from '../routes/parse-routes.ts'

export type EdgeFolder = {
  readonly path: string
  readonly settings: string
  readonly routes: string
  readonly socket: string
  readonly log: string
}

export function edgeFolder(path: string): EdgeFolder {
  return {
    path,
    settings: join(path, 'edge.json'),
    routes: join(path, 'routes.json'),
    socket: join(path, 'admin.sock'),
    log: join(path, 'edge.log'),
  }
}

/** Its owner's only: whoever reaches the socket decides where traffic goes. */
export async function makeFolder(folder: EdgeFolder): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 })
}

/** @throws HoldfastError edge.settings_invalid */
export async function readSettings(folder: EdgeFolder): Promise<CompleteSettings> {
  const text = await readText(folder.settings)
  if (text === undefined)
    throw edgeError('edge.settings_invalid', `${folder.settings} is missing`, { place: folder.settings })
  return parseSettings(parsed('edge.settings_invalid', folder.settings, text))
}

/**
 * Undefined when there are none. A damaged file stops nobody: an edge without routes is there at once, and is told them again.
 */
export async function readLastGood(
  folder: EdgeFolder,
  warn: (message: string) => void,
): Promise<CompleteRoutes | undefined> {
  try {
    const text = await readText(folder.routes)
    return text === undefined ? undefined : parseRoutes(parsed('edge.folder_damaged', folder.routes, text))
  } catch (error) {
    warn(`the last good routes cannot be used: ${messageOf(error)}`)
    return undefined
  }
}

/** On disk, whatever happens after it has resolved: the file and its name. */
export async function writeDurably(file: string, value: unknown): Promise<void> {
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  const parent = await open(join(file, '..'), 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function parsed(code: 'edge.settings_invalid' | 'edge.folder_damaged', file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw edgeError(code, `${file} is no JSON: ${messageOf(cause)}`, { place: file, cause })
  }
}
