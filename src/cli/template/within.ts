/**
 * What a template names is read from its own folder alone, links followed: a template that came from elsewhere must not bring
 * out what else lies on the machine of who imports it.
 */
import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import { cliError } from '../errors.ts'

export type Named = {
  readonly path: string
  /** As the template names it. */
  readonly shown: string
  /** Of the machine, and where in the template it stands. */
  readonly id: string
  readonly place: string
}

/** @throws HoldfastError cli.file_unreadable when it lies, or leads, outside */
export async function requireWithin(folder: string, { path, shown, id, place }: Named): Promise<void> {
  if (isWithin(folder, path) && isWithin(await whereItIs(folder), await whereItIs(path))) return
  throw cliError('cli.file_unreadable', `The definition ${shown} of ${id} lies outside the folder of its template`, {
    place,
    accepted: 'a file in the folder of the template, or below it',
    repair: `if it is the right file, hand it over with --definition ${id}=FILE`,
  })
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Links followed. What is not there cannot be read either, which is told where it is read. */
const whereItIs = (path: string): Promise<string> => realpath(path).catch(() => path)
