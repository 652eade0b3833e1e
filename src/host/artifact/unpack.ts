/** Reading and unpacking a `.tar.gz` that may be hostile: first all of it is looked at, then it is written. */
import { createReadStream } from 'node:fs'
import { chmod, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, Parser, type ReadEntry } from 'tar'
import { HoldfastError } from '../../base/index.ts'
import { hostError } from '../errors.ts'
import { SafeTree, tooLarge, type TreeEntry, type TreeLimits, unsafe } from './entry.ts'

export type Unpacked = { readonly files: number; readonly bytes: number }

const types: ReadonlyMap<string, TreeEntry['type']> = new Map([
  ['File', 'file'],
  ['OldFile', 'file'],
  ['ContiguousFile', 'file'],
  ['Directory', 'folder'],
  ['SymbolicLink', 'link'],
  ['Link', 'hard-link'],
])

/**
 * @param folder exists and is empty
 * @throws HoldfastError host.artifact_unsafe, host.artifact_too_large, host.artifact_damaged
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  strip: number,
  limits: TreeLimits,
): Promise<Unpacked> {
  const tree = await inspect(archive, strip, limits)
  try {
    await extract({
      file: archive,
      cwd: folder,
      strip,
      strict: true,
      preserveOwner: false,
      noMtime: true,
    })
    await normalizeModes(folder)
  } catch (fault) {
    throw readable(fault)
  }
  return { files: tree.files, bytes: tree.bytes }
}

/** Nobody's set-user-id bits, sticky bits or write permission for others come onto a host. */
async function normalizeModes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

/** Stops at the first entry that is refused, however much follows. */
async function inspect(archive: string, strip: number, limits: TreeLimits): Promise<SafeTree> {
  const tree = new SafeTree(limits, strip)
  let refused: unknown
  const parser = new Parser({
    strict: true,
    onReadEntry(entry: ReadEntry) {
      try {
        if (refused === undefined) tree.add(treeEntry(entry))
      } catch (fault) {
        refused = fault
        abort.abort()
      }
      entry.resume()
    },
  })
  const abort = new AbortController()
  try {
    // The parser is fed what is unpacked already, and no more than an archive of this size may hold.
    await pipeline(createReadStream(archive), createGunzip(), bounded(limits), sink(parser), { signal: abort.signal })
  } catch (fault) {
    throw readable(refused ?? fault)
  }
  if (refused !== undefined) throw readable(refused)
  tree.finish()
  return tree
}

const headerBytes = 2048

/** Headers come on top of the files; what is more than both is a bomb. */
function bounded({ bytes, files }: TreeLimits) {
  const most = bytes + files * headerBytes
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let seen = 0
    for await (const chunk of source) {
      seen += chunk.length
      if (seen > most) throw tooLarge(`more than ${most} bytes unpacked`)
      yield chunk
    }
  }
}

/** tar's parser is an event emitter with `write` and `end`, not a stream of Node's. */
function sink(parser: Parser) {
  return async function (source: AsyncIterable<Buffer>): Promise<void> {
    let fault: unknown
    parser.on('error', (error: unknown) => {
      fault ??= error
    })
    const done = new Promise<void>((resolve) => parser.on('end', resolve))
    for await (const chunk of source) {
      parser.write(chunk)
      if (fault !== undefined) throw fault
    }
    parser.end()
    if (fault !== undefined) throw fault
    await done
  }
}

function treeEntry(entry: ReadEntry): TreeEntry {
  const path = String(entry.path)
  const type = types.get(entry.type) ?? 'other'
  const isLink = type === 'link' || type === 'hard-link'
  if (isLink && entry.linkpath === undefined) throw unsafe(path, 'is a link to nowhere')
  return { path, type, bytes: entry.size, ...(isLink && { target: String(entry.linkpath) }) }
}

function readable(fault: unknown): unknown {
  if (fault instanceof HoldfastError) return fault
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return fault
  return hostError(
    'host.artifact_damaged',
    `The archive cannot be unpacked: ${fault instanceof Error ? fault.message : String(fault)}`,
    {
      accepted: 'a complete .tar.gz',
      repair: 'build the archive again and name its new SHA-256',
      cause: fault,
    },
  )
}
