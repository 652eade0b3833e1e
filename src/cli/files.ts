/** Files named on the command line. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { JsonSyntaxError, type JsonText, parseJson, printJson } from '../base/index.ts'
import { cliError } from './errors.ts'
import type { World } from './world.ts'

/** `-` is standard input. @throws HoldfastError cli.file_unreadable */
export async function readText(world: World, path: string): Promise<string> {
  if (path === '-') return world.readInput()
  try {
    return await readFile(resolve(world.workingFolder, path), 'utf8')
  } catch (cause) {
    throw cliError('cli.file_unreadable', `Cannot read ${path}: ${reasonOf(cause)}`, { place: path, cause })
  }
}

/** A payload from the command line: JSON, or `@file`, or `@-` for standard input. @throws HoldfastError */
export async function readPayload(world: World, given: string): Promise<JsonText> {
  const text = given.startsWith('@') ? await readText(world, given.slice(1)) : given
  try {
    return printJson(parseJson(text))
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw cliError('cli.usage', `The input is no JSON: ${cause.message}`, {
      place: '--input',
      accepted: `JSON such as '{"order": 7}', @FILE, or @- for standard input`,
      cause,
    })
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EACCES') return 'permission denied'
  return cause instanceof Error ? cause.message : String(cause)
}
