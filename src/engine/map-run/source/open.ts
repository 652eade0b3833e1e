/** The items of a run, from where its children have got to. */
import type { ItemSource } from '../../../asl/index.ts'
import type { Core } from '../../run/core.ts'
import { ObjectFailure, type ObjectPlace } from '../object-store.ts'
import { bucketIn, need, type Parameters, storeOf, textsOf } from '../parameters.ts'
import type { MapRunRow } from '../rows.ts'
import { flattenedItems, manifestItems } from './read-files.ts'
import { listedItems } from './read-listing.ts'
import { objectItems } from './read-object.ts'
import { type Cursor, firstItems, type ItemPages, ItemReaderFailure } from './source.ts'
import { stateItems } from './state-items.ts'

type Reader = Extract<ItemSource, { kind: 'reader' }>

/** `signal` ends the reading. */
export type Opening = { readonly core: Core; readonly run: MapRunRow; readonly signal: AbortSignal }

/** @throws ItemReaderFailure */
export function openItems(opening: Opening, source: ItemSource): ItemPages {
  const { run } = opening
  if (source.kind === 'state') return stateItems(source.items, run.startedItems)
  const { maxItems = 0 } = source
  if (maxItems < 0) throw new ItemReaderFailure('field MaxItems must be positive')
  const pages = readable(() => readItems(opening, source))
  return maxItems === 0 ? pages : firstItems(pages, maxItems - run.startedItems)
}

function readItems({ core, run, signal }: Opening, { action, parameters, format, pointer = '' }: Reader): ItemPages {
  const given = textsOf(parameters)
  const bucket = bucketIn(given)
  const store = storeOf(core.objectStores, bucket)
  const from = run.cursor === null ? undefined : (JSON.parse(run.cursor) as Cursor)
  const reading = { store, format, pointer, from, largest: core.limits.payloadBytes, signal }
  if (action === 'listObjectsV2') {
    const listing = { ...bucket, prefix: given.get('Prefix') ?? '' }
    if (format.flatten) return flattenedItems(reading, listing)
    return listedItems(reading, listing)
  }
  const place = { ...bucket, ...versionIn(given), key: need(given, 'Key') }
  const isManifest = format.inputType === 'MANIFEST' || format.manifestType !== undefined
  return isManifest ? manifestItems(reading, place) : objectItems({ ...reading, place })
}

function versionIn(parameters: Parameters): Pick<ObjectPlace, 'versionId'> {
  const versionId = parameters.get('VersionId')
  return versionId === undefined ? {} : { versionId }
}

/** What the object store says is what the run fails of. */
async function* readable(open: () => ItemPages): ItemPages {
  try {
    yield* open()
  } catch (error) {
    if (error instanceof ObjectFailure) throw new ItemReaderFailure(error.message, { cause: error })
    throw error
  }
}
