/**
 * Results written to a bucket: files of records, and a manifest that names them, written last. Keys and contents are the same
 * each time: after a crash it is all done again over what is there.
 */
import type { JsonText } from '../../base/index.ts'
import type { ResultPlan } from '../../asl/index.ts'
import type { Core } from '../run/core.ts'
import { type Bucket, ObjectFailure, type ObjectStore } from './object-store.ts'
import { bucketIn, storeOf, textsOf } from './parameters.ts'
import type { PendingItems } from './pending.ts'
import { failureRecords, successResults } from './records.ts'
import type { MapRunRow } from './rows.ts'

export type Exporting = {
  readonly core: Core
  readonly run: MapRunRow
  readonly results: ResultPlan & { readonly parameters: JsonText }
  readonly pending: () => PendingItems
  readonly signal: AbortSignal
}

export type Exported =
  | { readonly kind: 'exported'; readonly output: JsonText }
  | { readonly kind: 'failed'; readonly cause: string }

type File = { readonly Key: string; readonly Size: number }
type Pages = AsyncIterable<readonly JsonText[]>

/** No file is larger (AWS's limit). */
const largestFile = 5_000_000_000 - 2

export async function exportResults(exporting: Exporting): Promise<Exported> {
  try {
    return { kind: 'exported', output: await writeFiles(exporting) }
  } catch (error) {
    if (!(error instanceof ObjectFailure)) throw error
    return { kind: 'failed', cause: error.message }
  }
}

async function writeFiles({ core, run, results, pending, signal }: Exporting): Promise<JsonText> {
  const { transformation, outputType } = results
  const given = textsOf(results.parameters)
  const bucket = bucketIn(given)
  const store = storeOf(core.objectStores, bucket)
  const folder = folderOf(given.get('Prefix') ?? '', run.arn)
  const write = (name: string, pages: Pages) => writeRecords({ store, bucket, folder, name, pages, outputType, signal })
  const files = {
    FAILED: await write('FAILED', failureRecords(core, run)),
    PENDING: await write('PENDING', run.error === null ? nothing() : pending()),
    SUCCEEDED: await write('SUCCEEDED', successResults(core, run, transformation)),
  }
  const manifest = { DestinationBucket: bucket.bucket, MapRunArn: run.arn, ResultFiles: files }
  const key = `${folder}/manifest.json`
  await store.write({ ...bucket, key }, once(JSON.stringify(manifest)), signal)
  return JSON.stringify({ MapRunArn: run.arn, ResultWriterDetails: { Bucket: bucket.bucket, Key: key } })
}

/** `prefix/MAP-RUN-UUID`. */
function folderOf(prefix: string, mapRunArn: string): string {
  const uuid = mapRunArn.split(':').at(-1) ?? ''
  return prefix === '' ? uuid : `${prefix.replace(/\/$/, '')}/${uuid}`
}

async function* nothing(): Pages {
  // None of them.
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

type Writing = {
  readonly store: ObjectStore
  readonly bucket: Bucket
  readonly folder: string
  readonly name: string
  readonly pages: Pages
  readonly outputType: ResultPlan['outputType']
  readonly signal: AbortSignal
}

/** As many files as it takes; none without records. */
async function writeRecords(writing: Writing): Promise<readonly File[]> {
  const { store, bucket, folder, name, pages, outputType, signal } = writing
  const files: File[] = []
  const records = new RecordStream(pages, outputType)
  while (await records.hasMore()) {
    const Key = `${folder}/${name}_${files.length}.${outputType === 'JSONL' ? 'jsonl' : 'json'}`
    files.push({ Key, Size: await store.write({ ...bucket, key: Key }, records.file(), signal) })
  }
  return files
}

/** Records as the bytes of one file after the other. */
class RecordStream {
  readonly #pages: AsyncIterator<readonly JsonText[]>
  readonly #lines: boolean
  #page: readonly JsonText[] = []

  constructor(pages: Pages, outputType: ResultPlan['outputType']) {
    this.#pages = pages[Symbol.asyncIterator]()
    this.#lines = outputType === 'JSONL'
  }

  async hasMore(): Promise<boolean> {
    while (this.#page.length === 0) {
      const next = await this.#pages.next()
      if (next.done === true) return false
      this.#page = next.value
    }
    return true
  }

  async *file(): AsyncIterable<Uint8Array> {
    let size = 0
    let isFirst = true
    if (!this.#lines) yield Buffer.from('[')
    while (await this.hasMore()) {
      const text = this.#page.join(this.#lines ? '\n' : ',')
      const bytes = Buffer.from(this.#lines ? `${text}\n` : isFirst ? text : `,${text}`)
      if (!isFirst && size + bytes.length > largestFile) break
      this.#page = []
      isFirst = false
      size += bytes.length
      yield bytes
    }
    if (!this.#lines) yield Buffer.from(']')
  }
}
