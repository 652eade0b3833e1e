/** Items that stand in the state's own data: one text that is in memory already. */
import { JsonMembers } from './json-members.ts'
import type { ItemPages, SourceItem } from './source.ts'

const pageSize = 500

/** They go on at the member of this number: the text never changes. */
export async function* stateItems(items: string, from: number): ItemPages {
  const members = new JsonMembers({ kind: 'pointer', segments: [] }, Infinity)
  const found = members.push(Buffer.from(items))
  for (let at = from; at < found.length; at += pageSize) {
    yield found.slice(at, at + pageSize).map(({ key, value }, i): SourceItem => ({
      ...(key === undefined ? {} : { key }),
      value,
      source: 'STATE_DATA',
      cursor: { next: at + i + 1 },
    }))
  }
}
