/** The id in every marker of this host: made once for a data folder, so that two agents on a machine never meet. */
import { hostError } from './errors.ts'
import type { Files } from './machine/machine.ts'
import type { HostPaths } from './paths.ts'

export function hostIdentity(files: Files, paths: HostPaths, newToken: () => string): string {
  const text = files.read(paths.host)
  if (text === undefined) {
    const id = newToken()
    files.write(paths.host, `${JSON.stringify({ format: 1, id })}\n`)
    return id
  }
  const [, id] = /^\{"format":1,"id":"([0-9a-f]{8,64})"\}\n$/.exec(text) ?? []
  if (id !== undefined) return id
  throw hostError('host.folder_damaged', `${paths.host} does not hold this host's id`, {
    place: 'host.json',
    repair: 'restore it from a backup: without it the processes that run cannot be recognized',
  })
}
