/** Files that somebody may have written by hand are not written over unasked. */
import { access } from 'node:fs/promises'
import { relative } from 'node:path'
import { cliError } from '../errors.ts'

/** @throws HoldfastError cli.file_exists */
export async function refuseExisting(paths: readonly string[], workingFolder: string): Promise<void> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      // Then it is free.
      () => false,
    )
    if (!exists) continue
    const shown = relative(workingFolder, path)
    throw cliError('cli.file_exists', `${shown} is there already; nothing was written`, {
      place: shown,
      accepted: 'another folder with --out',
      repair: 'say --force to write over it',
    })
  }
}
