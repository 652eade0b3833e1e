/** State machines named on the command line: a definition in JSON, or a module that exports a procedure. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Account } from '../engine/index.ts'
import { cliError } from './errors.ts'
import { readText } from './files.ts'
import type { World } from './world.ts'

/** Where a machine that only the CLI looks at is said to live. */
export const nowhere: Account = { region: 'us-east-1', accountId: '000000000000' }

/** The definition's text. @throws HoldfastError cli.file_unreadable, cli.file_invalid */
export async function readDefinition(world: World, path: string, account: Account = nowhere): Promise<string> {
  if (!/\.[cm]?[jt]s$/.test(path)) return readText(world, path)
  // Only who writes procedures waits for the engine to load.
  const { definitionOf, isProcedure } = await import('../engine/index.ts')
  const procedures = Object.values(await load(world, path)).filter((value) => isProcedure(value))
  const [procedure, ...more] = procedures
  if (procedure !== undefined && more.length === 0) return definitionOf(procedure, account)
  const found = procedures.length === 0 ? 'no procedure' : procedures.map(({ name }) => name).join(', ')
  throw cliError('cli.file_invalid', `${path} exports ${found}`, {
    place: path,
    accepted: 'a module that exports one procedure',
  })
}

async function load(world: World, path: string): Promise<object> {
  try {
    const module: unknown = await import(pathToFileURL(resolve(world.workingFolder, path)).href)
    return Object(module)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw cliError('cli.file_unreadable', `Cannot load ${path}: ${why}`, { place: path, cause })
  }
}
