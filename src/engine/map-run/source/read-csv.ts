/** Items in CSV: each row is an object of texts, named by the header row or by the names that the definition gives. */
import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { JsonText } from '../../../base/index.ts'
import type { ObjectBody } from '../object-store.ts'
import { type ItemPages, ItemReaderFailure, type SourceItem } from './source.ts'

/** The names stay with the cursor: the header is not read again. */
export type CsvCursor = { readonly etag: string; readonly offset: number; readonly names: readonly string[] }

export type CsvReading = {
  readonly body: ObjectBody
  readonly from: CsvCursor | undefined
  /** Undefined: the first row has them. */
  readonly names: readonly string[] | undefined
  readonly delimiter: string
  readonly largest: number
  readonly source: string
}

type Row = { readonly info: { readonly bytes: number }; readonly record: readonly string[] }

const pageSize = 500

export async function* csvItems(reading: CsvReading): ItemPages {
  const { body, from, source, largest } = reading
  const start = from?.offset ?? 0
  const parser = parse({
    delimiter: reading.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    bom: start === 0,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: Number.isFinite(largest) ? largest : 0,
  })
  // A failure of the store ends the parser, too, and comes out of it.
  pipeline(Readable.from(body.chunks, { objectMode: false }), parser, () => {})
  let names = from?.names ?? reading.names
  if (names !== undefined) requireDistinct(names)
  let page: SourceItem[] = []
  try {
    for await (const { info, record } of parser as AsyncIterable<Row>) {
      if (names === undefined) {
        names = record
        requireDistinct(names)
        continue
      }
      const cursor: CsvCursor = { etag: body.etag, offset: start + info.bytes, names }
      page.push({ value: rowText(names, record), source, cursor })
      if (page.length < pageSize) continue
      yield page
      page = []
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new ItemReaderFailure(`The CSV cannot be read: ${error.message}`, { cause: error })
  } finally {
    parser.destroy()
  }
  if (page.length > 0) yield page
}

function requireDistinct(names: readonly string[]): void {
  if (new Set(names).size < names.length) throw new ItemReaderFailure('CSV headers cannot contain duplicates.')
}

/** Cells that are missing are empty; cells beyond the names are dropped. */
const rowText = (names: readonly string[], cells: readonly string[]): JsonText =>
  `{${names.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(cells[i] ?? '')}`).join(',')}}`
