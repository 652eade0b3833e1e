import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { refuseOwnFolders } from '../artifact/tree.ts'
import type { CommandOf } from '../contract.ts'
import { artifactForbidden, leadsInto } from '../own-folders.ts'
import type { HostWorld } from '../world.ts'

/** What else may be wrong with it is told when it is brought. @throws HoldfastError host.artifact_forbidden */
export async function checkArtifact(
  { ownFolders }: HostWorld,
  { artifact }: CommandOf<'checkArtifact'>,
): Promise<Readonly<Record<string, never>>> {
  if (artifact.kind === 'archive') {
    const path = artifact.url.startsWith('file:') ? fileURLToPath(artifact.url) : undefined
    if (path !== undefined && leadsInto(ownFolders, path)) throw artifactForbidden(path, 'url')
    return {}
  }
  const { exclude, path } = artifact
  if (leadsInto(ownFolders, path)) throw artifactForbidden(path, 'folder')
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (isFolder) await refuseOwnFolders(path, exclude, ownFolders)
  return {}
}
