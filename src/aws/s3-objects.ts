/**
 * S3 as the object store of Map Runs. Objects are read a window at a time, each a request of its own that is over before its
 * bytes are used: a run that waits for its children for hours holds no connection.
 */
import {
  type Bucket,
  type ListedObject,
  type Listing,
  objectChanged,
  ObjectFailure,
  type ObjectPlace,
  type ObjectStore,
} from '../engine/index.ts'
import type { AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { failureOf, sdkWords } from './failure.ts'
import { type Patience, persistently } from './s3-patience.ts'
import { SdkMissing, type SdkOutput } from './sdk/module.ts'

const MiB = 1024 * 1024
export type Sizes = { readonly windowBytes: number; readonly partBytes: number }
/** A part has at least 5 MiB, and an object at most 10,000 of them. */
const usualSizes: Sizes = { windowBytes: 4 * MiB, partBytes: 8 * MiB }

type Call = (command: string, input: object) => Promise<SdkOutput>
type Persist = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>

export type S3Options = {
  readonly config: AwsConfig
  readonly clients: AwsClients
  readonly patience: Patience
  readonly sizes?: Sizes
}

export function s3Objects({ config, clients, patience, sizes = usualSizes }: S3Options): ObjectStore {
  const persistUntil =
    (signal: AbortSignal | undefined): Persist =>
    (ask) =>
      persistently(patience, ask, signal)
  const callUntil = (signal: AbortSignal | undefined): Call => {
    const call = callerOf(config, clients, signal)
    return (...asked) => persistUntil(signal)(() => call(...asked))
  }
  return {
    handles: () => true,
    async read(place, { offset, etag }, signal) {
      // The bytes of a window may break off, too: it is asked for again as a whole.
      const asking = { call: callerOf(config, clients, signal), persist: persistUntil(signal) }
      const windows = new Windows(asking, place, sizes.windowBytes, etag)
      const first = await windows.at(offset)
      return { etag: first.etag, chunks: windows.from(offset, first) }
    },
    list: (listing, after, signal) => listObjects(callUntil(signal), listing, after),
    write: (place, parts, signal) =>
      writeObject({ call: callUntil(signal), cleanUp: callerOf(config, clients, undefined), place, parts, ...sizes }),
  }
}

function callerOf(config: AwsConfig, clients: AwsClients, signal = new AbortController().signal): Call {
  return async (command, input) => {
    try {
      const operation = await clients.operation('s3', command)
      if (operation === undefined) throw new SdkMissing('s3')
      const place = { region: config.region, roleArn: undefined }
      return (await operation.send(input, place, signal)).output
    } catch (thrown) {
      if (thrown instanceof TypeError || thrown instanceof RangeError) throw thrown // a mistake of ours is no failed call
      if (thrown instanceof SdkMissing) {
        const install = 'npm install @aws-sdk/client-s3'
        throw new ObjectFailure(`${thrown.message}: ${install}`, { cause: thrown })
      }
      const { cause = '' } = failureOf(sdkWords('S3'), thrown, () => false)
      throw new ObjectFailure(cause, { cause: thrown })
    }
  }
}

const textOf = (member: unknown): string => (typeof member === 'string' ? member : '')
const nameOf = ({ cause }: ObjectFailure): string => String(Object(cause).name)
const statusOf = ({ cause }: ObjectFailure): unknown => Object(Object(cause).$metadata).httpStatusCode

const bucketInput = ({ bucket, owner }: Bucket) => ({
  Bucket: bucket,
  ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }),
})

type Window = { readonly etag: string; readonly bytes: Uint8Array; readonly last: boolean }

type Asking = { readonly call: Call; readonly persist: Persist }

/** An object, a window after the other, all of the same content. */
class Windows {
  readonly #call: Call
  readonly #persist: Persist
  readonly #place: ObjectPlace
  readonly #size: number
  #etag: string | undefined

  constructor({ call, persist }: Asking, place: ObjectPlace, size: number, etag: string | undefined) {
    this.#call = call
    this.#persist = persist
    this.#place = place
    this.#size = size
    this.#etag = etag
  }

  /** @throws ObjectFailure */
  at(offset: number): Promise<Window> {
    return this.#persist(() => this.#window(offset))
  }

  async #window(offset: number): Promise<Window> {
    const output = await this.#get(offset)
    if (output === undefined) return { etag: this.#etag ?? '', bytes: new Uint8Array(), last: true }
    this.#etag ??= String(output['ETag'])
    const body = await bytesOf(output)
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(textOf(output['ContentRange']))
    // A server that knows no ranges sends all there is.
    if (range === null) return { etag: this.#etag, bytes: body.subarray(offset), last: true }
    return { etag: this.#etag, bytes: body, last: Number(range[2]) + 1 >= Number(range[3]) }
  }

  async *from(offset: number, first: Window): AsyncIterable<Uint8Array> {
    let window = first
    let next = offset
    for (;;) {
      if (window.bytes.length > 0) yield window.bytes
      if (window.last) return
      next += window.bytes.length
      window = await this.at(next)
    }
  }

  /** Undefined: nothing begins there, the object ends before. */
  async #get(offset: number): Promise<SdkOutput | undefined> {
    const { key, versionId } = this.#place
    try {
      return await this.#call('GetObject', {
        ...bucketInput(this.#place),
        Key: key,
        Range: `bytes=${offset}-${offset + this.#size - 1}`,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
        ...(this.#etag === undefined ? {} : { IfMatch: this.#etag }),
      })
    } catch (error) {
      if (!(error instanceof ObjectFailure)) throw error
      if (statusOf(error) === 416 || nameOf(error) === 'InvalidRange') return undefined
      if (statusOf(error) === 412) throw objectChanged(this.#place)
      throw error
    }
  }
}

type SdkBody = { transformToByteArray(): Promise<Uint8Array> }

/** @throws ObjectFailure when the connection breaks */
async function bytesOf({ Body }: SdkOutput): Promise<Uint8Array> {
  if (Body === undefined) return new Uint8Array()
  try {
    return await (Body as SdkBody).transformToByteArray()
  } catch (error) {
    throw new ObjectFailure(`The object could not be read to its end: ${String(error)}`, { cause: error })
  }
}

async function* listObjects(call: Call, listing: Listing, after: string): AsyncIterable<readonly ListedObject[]> {
  let token: unknown
  do {
    const page = await call('ListObjectsV2', {
      ...bucketInput(listing),
      Prefix: listing.prefix,
      ...(after === '' ? {} : { StartAfter: after }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const contents = Array.isArray(page['Contents']) ? page['Contents'] : []
    if (contents.length > 0) yield contents.map(listedOf)
    token = page['IsTruncated'] === true ? page['NextContinuationToken'] : undefined
  } while (token !== undefined)
}

function listedOf(object: unknown): ListedObject {
  const { Key, ETag, Size, LastModified, StorageClass } = Object(object) as Readonly<Record<string, unknown>>
  return {
    key: String(Key),
    etag: textOf(ETag),
    size: Number(Size ?? 0),
    modifiedAt: LastModified instanceof Date ? LastModified.getTime() : 0,
    storageClass: textOf(StorageClass) || 'STANDARD',
  }
}

type Writing = {
  readonly call: Call
  /** Goes out once, also when the writing was ended. */
  readonly cleanUp: Call
  readonly place: ObjectPlace
  readonly parts: AsyncIterable<Uint8Array>
  readonly partBytes: number
}

/** What fits in one part is put at once; what is larger, part by part, and there only when the last one is. */
async function writeObject({ call, cleanUp, place, parts, partBytes }: Writing): Promise<number> {
  const at = { ...bucketInput(place), Key: place.key }
  let upload: Upload | undefined
  let size = 0
  try {
    for await (const { bytes, last } of partsOf(parts, partBytes)) {
      size += bytes.length
      if (upload === undefined && last) {
        await call('PutObject', { ...at, Body: bytes })
        return size
      }
      upload ??= await Upload.begin(call, at)
      await upload.add(bytes)
    }
    await upload?.complete()
    return size
  } catch (error) {
    await upload?.abort(cleanUp)
    throw error
  }
}

class Upload {
  readonly #call: Call
  readonly #at: object
  readonly #parts: { readonly PartNumber: number; readonly ETag: unknown }[] = []

  private constructor(call: Call, at: object) {
    this.#call = call
    this.#at = at
  }

  static async begin(call: Call, at: object): Promise<Upload> {
    const { UploadId } = await call('CreateMultipartUpload', at)
    return new Upload(call, { ...at, UploadId })
  }

  async add(bytes: Uint8Array): Promise<void> {
    const PartNumber = this.#parts.length + 1
    const { ETag } = await this.#call('UploadPart', { ...this.#at, PartNumber, Body: bytes })
    this.#parts.push({ PartNumber, ETag })
  }

  async complete(): Promise<void> {
    await this.#call('CompleteMultipartUpload', { ...this.#at, MultipartUpload: { Parts: this.#parts } })
  }

  /** What was uploaded costs money until it is thrown away. */
  async abort(cleanUp: Call): Promise<void> {
    // Why the upload failed is what matters; a rule of the bucket clears what is left.
    await cleanUp('AbortMultipartUpload', this.#at).catch(() => undefined)
  }
}

type Part = { readonly bytes: Uint8Array; readonly last: boolean }

/** Pieces joined to parts of one size; the last one is what is left, if only to say that it is the last. */
async function* partsOf(pieces: AsyncIterable<Uint8Array>, partBytes: number): AsyncIterable<Part> {
  let kept: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    kept.push(piece)
    size += piece.length
    if (size < partBytes) continue
    const whole = Buffer.concat(kept)
    let at = 0
    for (; size - at > partBytes; at += partBytes) yield { bytes: whole.subarray(at, at + partBytes), last: false }
    kept = [whole.subarray(at)]
    size -= at
  }
  yield { bytes: Buffer.concat(kept), last: true }
}
