/** Items in a JSON object: the elements of an array, or the members of an object, wherever its pointer says. */
import type { ObjectBody } from '../object-store.ts'
import { JsonMembers, type Start } from './json-members.ts'
import { pointerSegments } from './json-search.ts'
import type { ItemPages, SourceItem } from './source.ts'

export type JsonCursor = { readonly etag: string; readonly offset: number; readonly object: boolean }

export type JsonReading = {
  readonly body: ObjectBody
  readonly from: JsonCursor | undefined
  readonly pointer: string
  readonly largest: number
  /** `S3://bucket/key`. */
  readonly source: string
}

export async function* jsonItems({ body, from, pointer, largest, source }: JsonReading): ItemPages {
  const start: Start =
    from === undefined
      ? { kind: 'pointer', segments: pointerSegments(pointer) }
      : { kind: 'after', object: from.object, offset: from.offset }
  const members = new JsonMembers(start, largest)
  for await (const chunk of body.chunks) {
    const page = members.push(Buffer.from(chunk)).map(({ key, value, end }): SourceItem => ({
      ...(key === undefined ? {} : { key }),
      value,
      source,
      cursor: { etag: body.etag, offset: end, object: members.object } satisfies JsonCursor,
    }))
    if (page.length > 0) yield page
    if (members.ended) return
  }
  members.finish()
}
