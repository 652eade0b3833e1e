/** The items of a run, from where its children have got to. */
import type { ItemSource } from '../../../asl/index.ts'
import type { Core } from '../../run/core.ts'
import type { MapRunRow } from '../rows.ts'
import { type ItemPages, ItemReaderFailure } from './source.ts'
import { stateItems } from './state-items.ts'

export function openItems(_core: Core, run: MapRunRow, source: ItemSource): ItemPages {
  if (source.kind === 'state') return stateItems(source.items, run.startedItems)
  throw new ItemReaderFailure('Reading items from objects is not supported by this version.')
}
