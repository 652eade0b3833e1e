/**
 * Buckets that are folders of this machine, for Map Runs that read and write files. A bucket is a folder below the root that
 * the configuration names, a key a path in it. No key leads out: neither by `..` nor through a link, which is never followed.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants, existsSync, lstatSync } from 'node:fs'
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type ListedObject,
  type Listing,
  objectChanged,
  ObjectFailure,
  type ObjectPlace,
  type ObjectStore,
} from '../engine/index.ts'

const chunkBytes = 1024 * 1024
const pageSize = 1000

export function localObjects(root: string): ObjectStore {
  return {
    handles: (bucket) =>
      isBucketName(bucket) && existsSync(join(root, bucket)) && lstatSync(join(root, bucket)).isDirectory(),
    read: (place, from) => told(place, () => readFile(root, place, from)),
    list: (listing, after) => listFiles(root, listing, after),
    write: (place, parts) => told(place, () => writeFile(root, place, parts)),
  }
}

const isBucketName = (bucket: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(bucket)

/** The file of a key. @throws ObjectFailure when the key is no plain path */
function pathOf(root: string, { bucket, key }: ObjectPlace): string {
  const segments = key.split('/')
  const isPlain = segments.every((name) => name !== '' && name !== '.' && name !== '..' && !/[\0\\]/.test(name))
  if (!isBucketName(bucket) || !isPlain) {
    throw new ObjectFailure(`${key} cannot be a key of the local bucket ${bucket}: names between single slashes can.`)
  }
  return join(root, bucket, ...segments)
}

/** @throws ObjectFailure when a link stands on the way to it */
async function refuseLinks(root: string, path: string): Promise<void> {
  const real = await realpath(root)
  if ((await realpath(path)) === join(real, path.slice(root.length))) return
  throw new ObjectFailure(`${path} leads through a link, which is not followed.`)
}

async function readFile(root: string, place: ObjectPlace, from: { readonly offset: number; readonly etag?: string }) {
  const path = pathOf(root, place)
  await refuseLinks(root, path)
  const etag = await etagOf(path)
  if (from.etag !== undefined && from.etag !== etag) throw objectChanged(place)
  return { etag, chunks: chunksOf(path, place, { offset: from.offset, etag }) }
}

/** Opened anew for every chunk: a run that waits for its children holds no file. */
async function* chunksOf(
  path: string,
  place: ObjectPlace,
  { offset, etag }: { readonly offset: number; readonly etag: string },
): AsyncIterable<Uint8Array> {
  for (let at = offset; ;) {
    const chunk = await told(place, async () => {
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, at)
        if (factsOf(await file.stat()) !== etag) throw objectChanged(place)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    })
    if (chunk.length === 0) return
    yield chunk
    at += chunk.length
  }
}

type Facts = { readonly size: number; readonly mtimeMs: number; readonly ino: number }

/** Another content has another time, size or file. */
const factsOf = ({ size, mtimeMs, ino }: Facts): string =>
  `"${createHash('md5').update(`${size} ${mtimeMs} ${ino}`).digest('hex')}"`

async function etagOf(path: string): Promise<string> {
  const facts = await stat(path)
  if (!facts.isFile()) throw new ObjectFailure(`${path} is no file.`)
  return factsOf(facts)
}

/** Beside the buckets until it is whole, then in its place at once. */
async function writeFile(root: string, place: ObjectPlace, parts: AsyncIterable<Uint8Array>): Promise<number> {
  const path = pathOf(root, place)
  await makeFolders(root, dirname(path))
  const draft = join(root, `.part-${randomUUID()}`)
  let size = 0
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      for await (const part of parts) {
        await file.writeFile(part)
        size += part.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    return size
  } finally {
    await rm(draft, { force: true })
  }
}

/** One after the other, so that none is made behind a link. */
async function makeFolders(root: string, folder: string): Promise<void> {
  if (folder === root) return
  await makeFolders(root, dirname(folder))
  await mkdir(folder).catch((error: unknown) => {
    if (Object(error).code !== 'EEXIST') throw error
  })
  await refuseLinks(root, folder)
}

async function* listFiles(root: string, listing: Listing, after: string): AsyncIterable<readonly ListedObject[]> {
  let page: ListedObject[] = []
  for await (const object of walk(join(root, listing.bucket), '', { prefix: listing.prefix, after })) {
    page.push(object)
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

type Wanted = { readonly prefix: string; readonly after: string }

/** In the order of the keys' bytes, for which a folder's name ends with its slash. Links are left out. */
async function* walk(folder: string, above: string, wanted: Wanted): AsyncIterable<ListedObject> {
  const entries = await readdir(folder, { withFileTypes: true })
  const named = entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), key: `${above}${entry.name}` }))
    .map((entry) => ({ ...entry, key: entry.isFolder ? `${entry.key}/` : entry.key }))
    .toSorted((a, b) => byteOrder(a.key, b.key))
  for (const { name, isFolder, key } of named) {
    if (isFolder && mayHold(key, wanted)) yield* walk(join(folder, name), key, wanted)
    if (isFolder || !key.startsWith(wanted.prefix) || byteOrder(key, wanted.after) <= 0) continue
    const facts = await stat(join(folder, name))
    const { size, mtimeMs } = facts
    yield { key, etag: factsOf(facts), size, modifiedAt: mtimeMs, storageClass: 'STANDARD' }
  }
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const mayHold = (folder: string, { prefix, after }: Wanted): boolean =>
  (folder.startsWith(prefix) || prefix.startsWith(folder)) && (after.startsWith(folder) || byteOrder(folder, after) > 0)

/** What the system says, in words of the bucket and key. */
async function told<Answer>({ bucket, key }: ObjectPlace, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act()
  } catch (error) {
    const code: unknown = Object(error).code
    if (typeof code !== 'string' || error instanceof ObjectFailure) throw error
    const what = code === 'ENOENT' ? 'The specified key does not exist' : 'The file cannot be used'
    throw new ObjectFailure(`${what}: ${key} in the local bucket ${bucket} (${code})`, { cause: error })
  }
}
