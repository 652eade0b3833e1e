/** What `deploy` adds to a release file before it is signed: when, from which folder, and what lies in it. */
import { resolve } from 'node:path'
import { cliError } from '../errors.ts'
import { isMembers, type Members, type ReleaseFile } from './release-file.ts'

const excludedUnlessTold = ['.git']

/**
 * `own`: Holdfast's data folder, as far as it is on this machine.
 * @throws HoldfastError cli.release_invalid, host.artifact_unsafe, host.artifact_too_large, host.artifact_forbidden
 */
export async function prepareRelease(file: ReleaseFile, now: number, own: readonly string[] = []): Promise<Members> {
  const { document } = file
  const createdAt = typeof document['createdAt'] === 'string' ? document['createdAt'] : new Date(now).toISOString()
  const artifact = document['artifact']
  if (!isMembers(artifact) || typeof artifact['folder'] !== 'string') return { ...document, createdAt }
  return { ...document, createdAt, artifact: await measured(file, { ...artifact, folder: artifact['folder'] }, own) }
}

type FolderArtifact = Members & { readonly folder: string }

async function measured(file: ReleaseFile, artifact: FolderArtifact, own: readonly string[]): Promise<Members> {
  const from = resolve(file.folder, artifact.folder)
  const { defaultSettings, digestTree } = await import('../../host/index.ts')
  const limits = { bytes: defaultSettings.mostUnpackedBytes, files: defaultSettings.mostFiles }
  const exclude = new Set(namesIn(artifact['exclude']) ?? excludedUnlessTold)
  const { sha256 } = await digestTree({ from, exclude, limits, own }).catch((cause: unknown) => {
    throw isSystemError(cause) ? unreadable(file, from, cause) : cause
  })
  const told = artifact['sha256']
  if (told !== undefined && told !== sha256) throw changed(file, from, sha256)
  return { ...artifact, folder: from, sha256 }
}

const namesIn = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined

const isSystemError = (cause: unknown): cause is Error & { code: string } =>
  cause instanceof Error && 'syscall' in cause && 'code' in cause

const lineOf = (file: ReleaseFile, place: string): string => {
  const { line, column } = file.placeOf(place)
  return `${file.name}:${line}:${column}`
}

function unreadable(file: ReleaseFile, folder: string, cause: Error & { code: string }) {
  const why =
    cause.code === 'ENOENT' ? 'there is no such folder' : cause.code === 'ENOTDIR' ? 'it is no folder' : cause.message
  return cliError('cli.release_invalid', `${lineOf(file, 'artifact.folder')}: Cannot read ${folder}: ${why}`, {
    place: 'artifact.folder',
    accepted: 'a folder, relative to the release file',
    cause,
  })
}

function changed(file: ReleaseFile, folder: string, sha256: string) {
  return cliError(
    'cli.release_invalid',
    `${lineOf(file, 'artifact.sha256')}: ${folder} does not hold what the release file says; its digest is ${sha256}`,
    { place: 'artifact.sha256', repair: 'leave sha256 out of the file: deploy fills it in' },
  )
}

// ---- a plan that was agreed to

/** What `--expect` takes: the plan's hash, and when the release was dated that it is the plan of. */
export type Agreed = { readonly createdAt: string | undefined; readonly hash: string }

/** `20261120T162937123Z-9f3c…`. */
export const expectWord = (createdAt: string, hash: string): string => `${createdAt.replaceAll(/[-:.]/g, '')}-${hash}`

/** Undefined for what is none. */
export function readExpect(word: string): Agreed | undefined {
  const hash = /^[0-9a-f]{64}$/.exec(word)?.[0]
  if (hash !== undefined) return { createdAt: undefined, hash }
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})?Z-([0-9a-f]{64})$/.exec(word)
  if (parts === null) return undefined
  const [, year = '', month = '', day = '', hours = '', minutes = '', seconds = '', ms, planHash = ''] = parts
  const time = `${hours}:${minutes}:${seconds}${ms === undefined ? '' : `.${ms}`}Z`
  return { createdAt: `${year}-${month}-${day}T${time}`, hash: planHash }
}
