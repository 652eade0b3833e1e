/** Items that stand in the state's own data: one text that is in memory already. */
import { JsonMembers } from './json-members.ts'
import type { ItemPages, SourceItem } from './source.ts'

/** Cut up piece by piece: a hundred thousand items that are not needed yet are not worth their memory. */
const pieceBytes = 8192

/** They go on at the member of this number: the text never changes. */
export async function* stateItems(items: string, from: number): ItemPages {
  const members = new JsonMembers({ kind: 'pointer', segments: [] }, Infinity)
  const text = Buffer.from(items)
  let number = 0
  for (let at = 0; at < text.length; at += pieceBytes) {
    const page: SourceItem[] = []
    for (const { key, value } of members.push(text.subarray(at, at + pieceBytes))) {
      if (number++ < from) continue
      const cursor = { next: number }
      page.push({ ...(key === undefined ? {} : { key }), value, source: 'STATE_DATA', cursor })
    }
    if (page.length > 0) yield page
  }
}
