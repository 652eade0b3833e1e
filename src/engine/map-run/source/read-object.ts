/** One object as items, by what the definition says it holds. */
import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { ItemFormat } from '../../../asl/index.ts'
import type { ObjectBody, ObjectPlace, ObjectStore } from '../object-store.ts'
import { csvItems, type CsvCursor } from './read-csv.ts'
import { type JsonCursor, jsonItems } from './read-json.ts'
import { jsonLineItems } from './read-jsonl.ts'
import { type Cursor, type ItemPages, ItemReaderFailure } from './source.ts'

/** How something is to be read, and from where on. */
export type Reading = {
  readonly store: ObjectStore
  readonly format: ItemFormat
  /** JSON Pointer to the items. */
  readonly pointer: string
  readonly from: Cursor | undefined
  /** Bytes of one item at most. */
  readonly largest: number
  readonly signal: AbortSignal
}

export type ObjectReading = Reading & { readonly place: ObjectPlace }

/** A place in the text that is read: in the object itself, or in what it unpacks to. */
type TextCursor = { readonly etag: string; readonly offset: number }

export async function* objectItems(reading: ObjectReading): ItemPages {
  const { place, format, pointer, from, largest } = reading
  const source = `S3://${place.bucket}/${place.key}`
  requireReadable(format)
  const at = from as TextCursor | undefined
  const body = await openText(reading, place, at)
  switch (format.inputType) {
    case 'JSON':
      return yield* jsonItems({ body, from: from as JsonCursor | undefined, pointer, largest, source })
    case 'JSONL':
      return yield* jsonLineItems({ body, offset: at?.offset ?? 0, largest, source })
    default: {
      const { csvHeaders: names, csvDelimiter: delimiter } = format
      return yield* csvItems({ body, from: from as CsvCursor | undefined, names, delimiter, largest, source })
    }
  }
}

function requireReadable({ inputType }: ItemFormat): void {
  if (inputType === 'JSON' || inputType === 'JSONL' || inputType === 'CSV') return
  throw new ItemReaderFailure(
    `Items of the InputType ${inputType ?? '(none)'} cannot be read here; CSV, JSON, JSONL and manifests of them can.`,
  )
}

/** A packed object has to be unpacked from its beginning: offsets are those of the text. */
export async function openText(
  { store, signal }: Pick<Reading, 'store' | 'signal'>,
  place: ObjectPlace,
  from: TextCursor | undefined,
): Promise<ObjectBody> {
  const pinned = from === undefined ? {} : { etag: from.etag }
  const unpacker = unpackerOf(place.key)
  if (unpacker === undefined) return store.read(place, { offset: from?.offset ?? 0, ...pinned }, signal)
  const packed = await store.read(place, { offset: 0, ...pinned }, signal)
  return { etag: packed.etag, chunks: after(unpacked(packed, unpacker), from?.offset ?? 0) }
}

function unpackerOf(key: string): Transform | undefined {
  if (key.endsWith('.gz')) return createGunzip()
  return key.endsWith('.zst') ? createZstdDecompress() : undefined
}

async function* unpacked({ chunks }: ObjectBody, unpacker: Transform): AsyncIterable<Uint8Array> {
  // A failure of the store ends the unpacker, too, and comes out of it.
  pipeline(Readable.from(chunks, { objectMode: false }), unpacker, () => {})
  try {
    yield* unpacker as AsyncIterable<Uint8Array>
  } catch (error) {
    if (!isUnpackFailure(error)) throw error
    throw new ItemReaderFailure(`The object cannot be unpacked: ${error.message}`, { cause: error })
  }
}

const isUnpackFailure = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZSTD)/.test(String(error.code))

async function* after(chunks: AsyncIterable<Uint8Array>, offset: number): AsyncIterable<Uint8Array> {
  let left = offset
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}
