/** Items of several objects, one object after the other: those of a manifest, or all that a listing finds. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson } from '../../../base/index.ts'
import type { ItemFormat } from '../../../asl/index.ts'
import type { Listing, ObjectPlace } from '../object-store.ts'
import { compact } from './json-members.ts'
import { objectItems, openText, type Reading } from './read-object.ts'
import { type Cursor, type ItemPages, ItemReaderFailure } from './source.ts'

/** LOAD_AND_FLATTEN: the object that is being read, and the key before it, after which the listing goes on. */
type FlattenCursor = { readonly previous: string; readonly key: string; readonly inner: Cursor }

/** Every object that the listing finds is read. */
export async function* flattenedItems(reading: Reading, listing: Listing): ItemPages {
  const from = reading.from as FlattenCursor | undefined
  let previous = from?.previous ?? ''
  for await (const objects of reading.store.list(listing, previous, reading.signal)) {
    for (const { key, size } of objects) {
      // What consoles make for a folder holds nothing.
      if (size === 0 && key.endsWith('/')) continue
      const { prefix: _prefix, ...bucket } = listing
      const inner = from?.key === key ? from.inner : undefined
      const before = previous
      for await (const page of objectItems({ ...reading, place: { ...bucket, key }, from: inner })) {
        yield page.map((item) => ({
          ...item,
          cursor: { previous: before, key, inner: item.cursor } satisfies FlattenCursor,
        }))
      }
      previous = key
    }
  }
}

/** Which object of the manifest is being read; the manifest must stay the same. */
type ManifestCursor = { readonly etag: string; readonly file: number; readonly inner: Cursor }
type ManifestFile = { readonly place: ObjectPlace; readonly format: ItemFormat }

export async function* manifestItems(reading: Reading, place: ObjectPlace): ItemPages {
  const from = reading.from as ManifestCursor | undefined
  const { etag, files } = await readManifest(reading, place, from?.etag)
  for (const [at, file] of files.entries()) {
    if (at < (from?.file ?? 0)) continue
    const inner = from?.file === at ? from.inner : undefined
    for await (const page of objectItems({ ...reading, ...file, pointer: '', from: inner })) {
      yield page.map((item) => ({ ...item, cursor: { etag, file: at, inner: item.cursor } satisfies ManifestCursor }))
    }
  }
}

const largestManifest = 16 * 1024 * 1024

async function readManifest(reading: Reading, place: ObjectPlace, pinned: string | undefined) {
  const { format } = reading
  const from = pinned === undefined ? undefined : { etag: pinned, offset: 0 }
  const { etag, chunks } = await openText(reading, place, from)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > largestManifest) throw new ItemReaderFailure('The manifest is larger than 16 MB.')
    parts.push(chunk)
  }
  const text = Buffer.concat(parts).toString('utf8')
  const files = format.manifestType === 'ATHENA_DATA' ? athenaFiles(text, format) : inventoryFiles(text, place, format)
  return { etag, files }
}

/** Athena names its files one a line. */
function athenaFiles(text: string, format: ItemFormat): readonly ManifestFile[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.flatMap((line) => (line === '' ? [] : [{ place: placeOf(line), format }]))
}

/** `s3://bucket/key`. */
function placeOf(uri: string): ObjectPlace {
  const [, bucket, key] = /^"?s3:\/\/([^/]+)\/(.+?)"?$/i.exec(uri) ?? []
  if (bucket === undefined || key === undefined) throw new ItemReaderFailure(`The manifest names no S3 object: ${uri}`)
  return { bucket, key }
}

/** An S3 inventory: CSV files without header, whose names the manifest tells. */
function inventoryFiles(text: string, manifest: ObjectPlace, format: ItemFormat): readonly ManifestFile[] {
  const json = parseJson(compact(text))
  if (!isJsonObject(json)) throw new ItemReaderFailure('The manifest is no JSON object.')
  const kind = json.get('fileFormat')
  if (kind !== 'CSV') {
    const found = typeof kind === 'string' ? kind : '(none)'
    throw new ItemReaderFailure(`Inventories of the fileFormat ${found} cannot be read here; CSV can.`)
  }
  const schema = json.get('fileSchema')
  const csvHeaders = typeof schema === 'string' ? schema.split(',').map((name) => name.trim()) : []
  const files = json.get('files')
  const bucket = inventoryBucket(json) ?? manifest.bucket
  return (files !== undefined && isJsonArray(files) ? files : []).map((file) => ({
    place: { bucket, key: keyOf(file) },
    format: { ...format, inputType: 'CSV', csvHeaders, csvDelimiter: ',' },
  }))
}

/** `arn:aws:s3:::bucket`. */
function inventoryBucket(manifest: JsonObject): string | undefined {
  const arn = manifest.get('destinationBucket')
  return typeof arn === 'string' ? arn.split(':').at(-1) : undefined
}

function keyOf(file: Json): string {
  const key = isJsonObject(file) ? file.get('key') : undefined
  if (typeof key !== 'string') throw new ItemReaderFailure('A file of the manifest has no key.')
  return key
}
