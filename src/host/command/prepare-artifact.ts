import { mkdir, rm, stat } from 'node:fs/promises'
import { fetchArchive, wrongDigest } from '../artifact/fetch.ts'
import { archiveId, copyId, type ArtifactNote, type CopyNote } from '../artifact/store.ts'
import { cloneTree, copyTree } from '../artifact/tree.ts'
import { unpackArchive } from '../artifact/unpack.ts'
import type { ArtifactSource, CommandOf } from '../contract.ts'
import { hostError } from '../errors.ts'
import type { PreparedArtifact } from '../outcome.ts'
import { resolveSecrets } from '../secrets.ts'
import { artifactForbidden, leadsInto } from '../own-folders.ts'
import { findUser } from '../user.ts'
import type { HostWorld } from '../world.ts'
import { build } from './build.ts'

type Prepare = CommandOf<'prepareArtifact'>

export async function prepareArtifact(host: HostWorld, command: Prepare): Promise<PreparedArtifact> {
  const startedAt = host.clock.now()
  const user = findUser(command.user, host.userSource)
  const draft = host.store.draft(`artifact-${host.newToken()}`)
  const archive = `${draft}.tgz`
  try {
    const { artifact } = command
    const read = artifact.kind === 'folder' ? await readFolder(host, artifact, draft) : undefined
    const id = artifact.kind === 'archive' ? archiveId(artifact) : (read?.sha256 ?? '')
    const copy = copyId(command, id)
    return await host.queue.run(`copy ${copy}`, async () => {
      // Reading and waiting took time: somebody may have taken over and removed what this would make.
      host.fences.require(command.fence)
      const found = host.store.copy(copy)
      if (found !== undefined) return answer(host, { copy, note: found, reused: true, startedAt })
      const folder = `${copy}.${host.newToken()}`
      const place = host.store.copyFolder({ folder })
      try {
        const kept = await host.queue.run(`artifact ${id}`, async () => {
          const note = host.store.artifact(id) ?? (await bring(host, { id, artifact, draft, archive, read }))
          await cloneTree(host.store.artifactFolder(id), place, user)
          return note
        })
        if (command.build !== undefined) await build(host, { command, step: command.build, copy, place, user })
        const note = noteOf(command, { ...kept, artifact: id, folder, madeAt: host.clock.now() })
        host.fences.require(command.fence)
        host.store.keepCopy(copy, note)
        return answer(host, { copy, note, reused: false, startedAt })
      } catch (fault) {
        await rm(place, { recursive: true, force: true, maxRetries: 3 })
        throw fault
      }
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(archive, { force: true })
  }
}

async function readFolder(
  host: HostWorld,
  { path, exclude, sha256 }: Extract<ArtifactSource, { kind: 'folder' }>,
  draft: string,
): Promise<ArtifactNote> {
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (!isFolder) throw missingFolder(path)
  if (leadsInto(host.ownFolders, path)) throw artifactForbidden(path, 'folder')
  await mkdir(draft, { recursive: true })
  const copied = await copyTree({
    ...{ from: path, to: draft, exclude: new Set(exclude) },
    ...{ limits: limitsOf(host), own: host.ownFolders },
  })
  if (sha256 !== undefined && copied.sha256 !== sha256) throw wrongDigest(path, sha256, copied.sha256)
  return copied
}

const missingFolder = (path: string) =>
  hostError('host.artifact_missing', `There is no folder ${path} that the agent may read`, {
    place: 'artifact.path',
    repair: 'name a folder of the host itself, or bring the release as an archive',
  })

type Bringing = {
  readonly id: string
  readonly artifact: ArtifactSource
  readonly draft: string
  readonly archive: string
  /** A folder's copy, which lies in the draft. */
  readonly read: ArtifactNote | undefined
}

async function bring(host: HostWorld, { id, artifact, draft, archive, read }: Bringing): Promise<ArtifactNote> {
  const note = artifact.kind === 'archive' ? await bringArchive(host, artifact, draft, archive) : read
  if (note === undefined) throw new TypeError('a folder is read before it is brought')
  const { sha256, files, bytes } = note
  await host.store.keepArtifact(id, draft, { sha256, files, bytes })
  return note
}

async function bringArchive(
  host: HostWorld,
  { sha256, strip, secretHeaders, url }: Extract<ArtifactSource, { kind: 'archive' }>,
  draft: string,
  archive: string,
): Promise<ArtifactNote> {
  const { clock, download, settings } = host
  const headers = resolveSecrets(secretHeaders, host.secretSource)
  await fetchArchive({
    ...{ url, sha256, to: archive, headers, download, clock },
    own: host.ownFolders,
    mostBytes: settings.mostArchiveBytes,
    silenceMs: settings.downloadSilenceMs,
  })
  await mkdir(draft, { recursive: true })
  return { sha256, ...(await unpackArchive(archive, draft, strip, limitsOf(host))) }
}

const limitsOf = ({ settings }: HostWorld) => ({ bytes: settings.mostUnpackedBytes, files: settings.mostFiles })

function noteOf(
  { project, config, release }: Prepare,
  { artifact, sha256, files, bytes, folder, madeAt }: ArtifactNote & Pick<CopyNote, 'artifact' | 'folder' | 'madeAt'>,
): CopyNote {
  return { project, config, release, artifact, sha256, files, bytes, folder, madeAt }
}

type Answer = { readonly copy: string; readonly note: CopyNote; readonly reused: boolean; readonly startedAt: number }

function answer({ clock }: HostWorld, { copy, note, reused, startedAt }: Answer): PreparedArtifact {
  const { bytes, files, sha256 } = note
  return { workingCopy: copy, sha256, files, bytes, reused, tookMs: clock.now() - startedAt }
}
