/** Items in JSON Lines: each line that is not empty is one. */
import { compact } from './json-members.ts'
import { linesOf } from './lines.ts'
import type { ObjectBody } from '../object-store.ts'
import type { ItemPages } from './source.ts'

export type LinesReading = {
  readonly body: ObjectBody
  readonly offset: number
  readonly largest: number
  readonly source: string
}

export async function* jsonLineItems({ body, offset, largest, source }: LinesReading): ItemPages {
  for await (const lines of linesOf(body.chunks, offset, largest)) {
    const full = lines.filter(({ text }) => text.trim() !== '')
    if (full.length === 0) continue
    yield full.map(({ text, end }) => ({
      value: compact(text),
      source,
      cursor: { etag: body.etag, offset: end },
    }))
  }
}
