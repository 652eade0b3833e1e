/** State machines named on the command line: a definition in JSON, or a module that exports a procedure. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importFault } from '../app/index.ts'
import type { Account } from '../engine/index.ts'
import { cliError } from './errors.ts'
import { readText } from './files.ts'
import type { World } from './world.ts'

/** Where a machine that only the CLI looks at is said to live. */
export const nowhere: Account = { region: 'us-east-1', accountId: '000000000000' }

export type Definition = {
  /** As the person named it. */
  readonly name: string
  readonly text: string
  /** The text is what the person wrote, so that its lines mean something to them. */
  readonly isSource: boolean
}

/** @throws HoldfastError cli.file_unreadable, cli.file_invalid, or what the module throws */
export async function readDefinition(world: World, path: string, account: Account = nowhere): Promise<Definition> {
  if (!isModule(path))
    return { name: path === '-' ? 'standard input' : path, text: await readText(world, path), isSource: true }
  // Only who writes procedures waits for the engine to load.
  const { definitionOf, isProcedure } = await import('../engine/index.ts')
  const procedures = Object.values(await load(world, path)).filter((value) => isProcedure(value))
  const [procedure, ...more] = procedures
  if (procedure !== undefined && more.length === 0) {
    return { name: path, text: definitionOf(procedure, account), isSource: false }
  }
  const found = procedures.length === 0 ? 'no procedure' : procedures.map(({ name }) => name).join(', ')
  throw cliError('cli.file_invalid', `${path} exports ${found}`, {
    place: path,
    accepted: 'a module that exports one procedure',
  })
}

export const isModule = (path: string): boolean => /\.[cm]?[jt]s$/.test(path)

async function load(world: World, path: string): Promise<object> {
  // Checked first, for a file that is missing is told apart from one that imports a missing one.
  await readText(world, path)
  const file = resolve(world.workingFolder, path)
  try {
    const module: unknown = await import(pathToFileURL(file).href)
    return Object(module)
  } catch (cause) {
    const { reason, place = path, ...rest } = importFault(cause)
    throw cliError('cli.file_invalid', `${path} cannot be loaded: ${reason}`, { place, ...rest, cause })
  }
}
