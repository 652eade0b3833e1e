/** The objects of a listing as items. */
import { jsonFromPlain, type JsonText, printJson } from '../../../base/index.ts'
import type { ListedObject, Listing } from '../object-store.ts'
import type { Reading } from './read-object.ts'
import type { ItemPages } from './source.ts'

/** An object that is new since is an item when its key comes after this. */
export type ListCursor = { readonly after: string }

export async function* listedItems({ store, from, signal }: Reading, listing: Listing): ItemPages {
  const { after = '' } = (from ?? {}) as Partial<ListCursor>
  for await (const objects of store.list(listing, after, signal)) {
    yield objects.map((object) => ({
      value: itemOf(object),
      source: `S3://${listing.bucket}`,
      cursor: { after: object.key } satisfies ListCursor,
    }))
  }
}

const itemOf = ({ key, etag, size, modifiedAt, storageClass }: ListedObject): JsonText =>
  printJson(
    jsonFromPlain({
      Etag: etag,
      LastModified: Math.floor(modifiedAt / 1000),
      Key: key,
      Size: size,
      StorageClass: storageClass,
    }),
  )
