/** Copying a folder into the store: what is copied is checked, counted and digested in the same pass. */
import { createHash } from 'node:crypto'
import {
  chmod,
  chown,
  copyFile,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  symlink,
  utimes,
} from 'node:fs/promises'
import { constants } from 'node:fs'
import { join } from 'node:path'
import { artifactHoldsOwn, identitiesOf, isSameFile } from '../own-folders.ts'
import { SafeTree, type TreeEntry, type TreeLimits } from './entry.ts'
import type { Unpacked } from './unpack.ts'

export type CopiedTree = Unpacked & { readonly sha256: string }

export type TreeCopy = {
  readonly from: string
  /** Exists and is empty. */
  readonly to: string
  readonly exclude: ReadonlySet<string>
  readonly limits: TreeLimits
  /** Folders of Holdfast itself, which a release must not hold. */
  readonly own?: readonly string[]
}

/**
 * The digest is over the sorted paths, kinds, executable bits, link targets and contents of what was copied.
 * @throws HoldfastError host.artifact_unsafe, host.artifact_too_large, host.artifact_forbidden
 */
export async function copyTree({ from, to, exclude, limits, own }: TreeCopy): Promise<CopiedTree> {
  const entries = await listTree(from, { exclude, own })
  const tree = new SafeTree(limits)
  for (const entry of entries) tree.add(entry)
  tree.finish()
  const digest = createHash('sha256')
  for (const entry of entries) digest.update(`${await copyEntry(entry, from, to)}\n`)
  return { files: tree.files, bytes: tree.bytes, sha256: digest.digest('hex') }
}

/**
 * The digest that `copyTree` would give, from the folder as it lies there: what a release file says of its folder is checked
 * against it. @throws HoldfastError host.artifact_unsafe, host.artifact_too_large, host.artifact_forbidden
 */
export async function digestTree({ from, exclude, limits, own }: Omit<TreeCopy, 'to'>): Promise<CopiedTree> {
  const entries = await listTree(from, { exclude, own })
  const tree = new SafeTree(limits)
  for (const entry of entries) tree.add(entry)
  tree.finish()
  const digest = createHash('sha256')
  for (const entry of entries) digest.update(`${await lineOf(entry, from)}\n`)
  return { files: tree.files, bytes: tree.bytes, sha256: digest.digest('hex') }
}

/** A copy for a release to run in: shares blocks where the disk can, belongs to the user who runs it. */
export async function cloneTree(
  from: string,
  to: string,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<void> {
  await mkdir(to, { mode: 0o755 })
  if (owner !== undefined) await chown(to, owner.uid, owner.gid)
  for (const { path, type, target } of await listTree(from, {})) {
    const place = join(to, path)
    if (type === 'folder') await mkdir(place, { mode: 0o755 })
    else if (type === 'link') await symlink(target ?? '', place)
    else await copyFile(join(from, path), place, constants.COPYFILE_FICLONE)
    if (owner !== undefined) await lchown(place, owner.uid, owner.gid)
  }
}

/** Every entry below a folder, parents first, in the order of their names. */
function listTree(
  root: string,
  { exclude = nothing, own = [] }: Partial<Pick<TreeCopy, 'exclude' | 'own'>>,
): Promise<TreeEntry[]> {
  return entriesBelow({ root, exclude, closed: identitiesOf(own) }, '')
}

const nothing: ReadonlySet<string> = new Set()

type Listing = Required<Pick<TreeCopy, 'exclude'>> & {
  readonly root: string
  readonly closed: ReturnType<typeof identitiesOf>
}

async function entriesBelow(listing: Listing, below: string): Promise<TreeEntry[]> {
  const { root, exclude, closed } = listing
  const found: TreeEntry[] = []
  const children = await readdir(join(root, below), { withFileTypes: true })
  for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (exclude.has(child.name)) continue
    const path = below === '' ? child.name : `${below}/${child.name}`
    const entry = await entryAt(root, path)
    found.push(entry)
    if (entry.type !== 'folder') continue
    if (closed.length > 0) await refuseOwn(listing, path)
    found.push(...(await entriesBelow(listing, path)))
  }
  return found
}

async function refuseOwn({ root, closed }: Listing, path: string): Promise<void> {
  const seen = await lstat(join(root, path), { bigint: true })
  if (closed.some((folder) => isSameFile(folder, seen))) throw artifactHoldsOwn(root, path)
}

/** Looks only at the folders. @throws HoldfastError host.artifact_forbidden */
export async function refuseOwnFolders(
  root: string,
  exclude: readonly string[],
  own: readonly string[],
): Promise<void> {
  const listing = { root, exclude: new Set(exclude), closed: identitiesOf(own) }
  const pending = ['']
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    for (const child of await readdir(join(root, below), { withFileTypes: true })) {
      if (!child.isDirectory() || listing.exclude.has(child.name)) continue
      const path = below === '' ? child.name : `${below}/${child.name}`
      await refuseOwn(listing, path)
      pending.push(path)
    }
  }
}

async function entryAt(root: string, path: string): Promise<TreeEntry> {
  const facts = await lstat(join(root, path))
  if (facts.isSymbolicLink()) return { path, type: 'link', bytes: 0, target: await readlink(join(root, path)) }
  if (facts.isDirectory()) return { path, type: 'folder', bytes: 0 }
  return facts.isFile() ? { path, type: 'file', bytes: facts.size } : { path, type: 'other', bytes: 0 }
}

/** @returns the entry's line in the digest */
async function copyEntry({ path, type, target }: TreeEntry, from: string, to: string): Promise<string> {
  const place = join(to, path)
  if (type === 'folder') await mkdir(place, { mode: 0o755 })
  else if (type === 'link') await symlink(target ?? '', place)
  else {
    const { mode, mtime } = await lstat(join(from, path))
    await copyFile(join(from, path), place, constants.COPYFILE_FICLONE)
    await chmod(place, isExecutable(mode) ? 0o755 : 0o644)
    await utimes(place, mtime, mtime)
  }
  return lineOf({ path, type, target }, to)
}

const isExecutable = (mode: number): boolean => (mode & 0o100) !== 0

/** What the digest is over, for one entry below this root. */
async function lineOf({ path, type, target }: Pick<TreeEntry, 'path' | 'type' | 'target'>, root: string) {
  if (type === 'folder') return JSON.stringify(['folder', path])
  if (type === 'link') return JSON.stringify(['link', path, target])
  const { mode } = await lstat(join(root, path))
  return JSON.stringify(['file', path, isExecutable(mode), await digestOf(join(root, path))])
}

/** Of the copy, not of the source: that may change meanwhile. */
async function digestOf(path: string): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const digest = createHash('sha256')
  for await (const chunk of file.createReadStream({ autoClose: false })) digest.update(chunk as Buffer)
  return digest.digest('hex')
}
