/** What lies in the folders in which Holdfast keeps its tokens, keys and database: nothing of it is for a release. */
import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { HoldfastError } from '../base/index.ts'
import { hostError } from './errors.ts'

type Identity = Pick<BigIntStats, 'dev' | 'ino'>

export const isSameFile = (one: Identity, other: Identity): boolean => one.dev === other.dev && one.ino === other.ino

/** By identity, not by name: a disk may know no capitals, and be mounted in two places. One that is not there has none. */
export const identitiesOf = (own: readonly string[]): readonly Identity[] =>
  own.flatMap((folder) => statSync(folder, { bigint: true, throwIfNoEntry: false }) ?? [])

/** Whether it is one of these folders, or lies in one. `real` has no links on its way. */
export function liesIn(folders: readonly Identity[], real: string): boolean {
  for (let at = real; ; at = dirname(at)) {
    const seen = statSync(at, { bigint: true, throwIfNoEntry: false })
    if (seen !== undefined && folders.some((folder) => isSameFile(folder, seen))) return true
    if (at === dirname(at)) return false
  }
}

/** Also by way of a link. What is not there lies nowhere. */
export function leadsInto(own: readonly string[], path: string): boolean {
  const folders = identitiesOf(own)
  if (folders.length === 0 || statSync(path, { throwIfNoEntry: false }) === undefined) return false
  return liesIn(folders, realpathSync.native(path))
}

/** Whoever may deploy is not thereby whoever runs Holdfast: a copy of its keys in a release would be theirs. */
export const artifactForbidden = (path: string, place: 'folder' | 'url'): HoldfastError =>
  hostError('host.artifact_forbidden', `${path} lies in the folders of Holdfast itself, with its tokens and keys`, {
    place: `artifact.${place}`,
    accepted: "files outside of the agent's folder and of Holdfast's data folder",
    repair: 'put the files of the release elsewhere, and name that place',
  })

/** `path` is below the folder that was named. */
export const artifactHoldsOwn = (folder: string, path: string): HoldfastError =>
  hostError(
    'host.artifact_forbidden',
    `${folder} holds a folder of Holdfast itself, with its tokens and keys: ${path}`,
    {
      place: 'artifact.folder',
      accepted: "a folder without the agent's folder and Holdfast's data folder",
      repair: `leave it out, artifact.exclude: [.git, ${path.split('/').at(-1)}]; or keep Holdfast's data elsewhere: holdfast up --data DIR`,
    },
  )
