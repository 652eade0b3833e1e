/**
 * The artifacts of a host, by the digest of their content, and the releases' working copies of them. Each has a note beside
 * it that is written last and removed first: a folder without a note is rubbish of an agent that died.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactSource, CommandOf } from '../contract.ts'
import type { Files } from '../machine/machine.ts'
import type { HostPaths } from '../paths.ts'

export type ArtifactNote = {
  readonly sha256: string
  readonly files: number
  readonly bytes: number
}

export type CopyNote = {
  readonly project: string
  readonly config: string
  readonly release: string
  readonly artifact: string
  readonly sha256: string
  readonly files: number
  readonly bytes: number
  readonly madeAt: number
  /** The folder's name: new for each attempt, as the rest of a failed one may still be going away. */
  readonly folder: string
}

export type BuildNote = {
  readonly project: string
  readonly config: string
  readonly release: string
  readonly startedAt: number
  /** It may hold secrets still: they are masked when the build has ended. */
  readonly unmasked?: true
}

type Kept = { readonly id: string; readonly folder: string }

export class ArtifactStore {
  readonly #files: Files
  readonly #paths: HostPaths

  constructor(files: Files, paths: HostPaths) {
    this.#files = files
    this.#paths = paths
  }

  /** Makes the folders, and removes what no note accounts for. */
  async open(): Promise<void> {
    const { artifacts, copies, drafts } = this.#paths
    this.#files.remove(drafts)
    for (const folder of [drafts, artifacts, copies]) this.#files.makeFolder(folder)
    // An agent that died in the middle of a build took with it what is to be masked.
    for (const { id, unmasked } of this.builds()) if (unmasked === true) this.#files.remove(this.buildLogFolder(id))
    await this.#removeUnnoted(artifacts, (id) => id)
    await this.removeStrays(() => false)
  }

  /** What attempts left that ended with their agent. `isBusy` says of a copy's id whether it is being made now. */
  async removeStrays(isBusy: (id: string) => boolean): Promise<void> {
    await this.#removeUnnoted(this.#paths.copies, (id) => this.copy(id)?.folder, isBusy)
  }

  /** Of builds that failed, or whose release's own note is lost: those that began before. */
  removeBuildLogs(isBusy: (id: string) => boolean, before: number): void {
    for (const id of this.#buildIds()) {
      if (isBusy(id) || this.copy(id) !== undefined) continue
      if ((this.#buildNote(id)?.startedAt ?? 0) <= before) this.#files.remove(this.buildLogFolder(id))
    }
  }

  /** Before it writes anything: whose the log is that a failed build leaves. */
  beginBuildLog(id: string, note: BuildNote): void {
    this.#files.remove(this.buildLogFolder(id))
    this.#files.makeFolder(this.buildLogFolder(id))
    this.#files.write(this.#buildNoteFile(id), `${JSON.stringify(note)}\n`)
  }

  buildLogMasked(id: string): void {
    const note = this.#buildNote(id)
    if (note?.unmasked === undefined) return
    const { unmasked: _, ...rest } = note
    this.#files.write(this.#buildNoteFile(id), `${JSON.stringify(rest)}\n`)
  }

  /** Whose output can be read. */
  builds(): readonly (BuildNote & { readonly id: string })[] {
    return this.#buildIds().flatMap((id) => {
      const note = this.#buildNote(id)
      return note === undefined ? [] : [{ ...note, id }]
    })
  }

  #buildIds(): readonly string[] {
    const ending = '.build'
    return this.#files
      .list(this.#paths.copies)
      .flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []))
  }

  #buildNoteFile = (id: string): string => join(this.buildLogFolder(id), 'note.json')

  /** Written by `beginBuildLog` alone, whole or not at all. */
  #buildNote(id: string): BuildNote | undefined {
    const text = this.#files.read(this.#buildNoteFile(id))
    return text === undefined ? undefined : (JSON.parse(text) as BuildNote)
  }

  artifact(id: string): ArtifactNote | undefined {
    return this.#note<ArtifactNote>(this.#paths.artifacts, id)
  }

  copy(id: string): CopyNote | undefined {
    return this.#note<CopyNote>(this.#paths.copies, id)
  }

  copies(): readonly (CopyNote & { readonly id: string })[] {
    return this.#ids(this.#paths.copies).flatMap((id) => {
      const note = this.copy(id)
      return note === undefined ? [] : [{ ...note, id }]
    })
  }

  artifacts(): readonly string[] {
    return this.#ids(this.#paths.artifacts)
  }

  artifactFolder = (id: string): string => join(this.#paths.artifacts, id)
  copyFolder = (note: Pick<CopyNote, 'folder'>): string => join(this.#paths.copies, note.folder)
  buildLogFolder = (id: string): string => join(this.#paths.copies, `${id}.build`)
  draft = (token: string): string => join(this.#paths.drafts, token)

  /** The draft becomes the artifact. One of this id that came first stays. */
  async keepArtifact(id: string, draft: string, note: ArtifactNote): Promise<void> {
    if (this.artifact(id) !== undefined) return
    await rm(this.artifactFolder(id), { recursive: true, force: true })
    this.#files.move(draft, this.artifactFolder(id))
    this.#files.write(noteFile(this.#paths.artifacts, id), `${JSON.stringify(note)}\n`)
  }

  keepCopy(id: string, note: CopyNote): void {
    this.#files.write(noteFile(this.#paths.copies, id), `${JSON.stringify(note)}\n`)
  }

  async removeArtifact(id: string): Promise<void> {
    await this.#remove(this.#paths.artifacts, { id, folder: id })
  }

  async removeCopy(id: string, folder: string): Promise<void> {
    await this.#remove(this.#paths.copies, { id, folder })
    await rm(this.buildLogFolder(id), { recursive: true, force: true })
  }

  async #remove(parent: string, { id, folder }: Kept): Promise<void> {
    this.#files.remove(noteFile(parent, id))
    await rm(join(parent, folder), { recursive: true, force: true, maxRetries: 3 })
  }

  async #removeUnnoted(
    parent: string,
    folderOf: (id: string) => string | undefined,
    isBusy: (id: string) => boolean = () => false,
  ): Promise<void> {
    const noted = new Set(this.#ids(parent).map(folderOf))
    for (const name of this.#files.list(parent)) {
      if (name.endsWith('.json') || name.endsWith('.build') || noted.has(name) || isBusy(idOf(name))) continue
      // A build that is being ended may still write into it: the next pruning removes what is left then.
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    }
  }

  #ids(parent: string): readonly string[] {
    return this.#files.list(parent).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))
  }

  /** Written by this class alone, whole or not at all, in a folder that only the agent writes to. */
  #note<T>(parent: string, id: string): T | undefined {
    const text = this.#files.read(noteFile(parent, id))
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }
}

/** A copy's folder is named by its id and the attempt. */
const idOf = (folder: string): string => folder.slice(0, folder.lastIndexOf('.'))

const noteFile = (parent: string, id: string): string => join(parent, `${id}.json`)

/** An archive is known by its bytes and what is stripped of it; a folder only once it was read. */
export function archiveId(source: Extract<ArtifactSource, { kind: 'archive' }>): string {
  return source.strip === 0 ? source.sha256 : `${source.sha256}-${source.strip}`
}

/** One working copy for each release of a project and config, artifact, build and user. */
export function copyId(command: CommandOf<'prepareArtifact'>, artifact: string): string {
  const { build, config, project, release, user } = command
  const digest = createHash('sha256').update(JSON.stringify([project, config, release, artifact, build, user]))
  return `${release.slice(0, 80)}-${digest.digest('hex').slice(0, 16)}`
}
