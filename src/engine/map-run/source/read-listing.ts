/** The objects of a listing as items. */
import { jsonFromPlain, type JsonText, printJson } from '../../../base/index.ts'
import type { ListedObject, Listing, ObjectStore } from '../object-store.ts'
import type { ItemPages } from './source.ts'

/** An object that is new since is an item when its key comes after this. */
export type ListCursor = { readonly after: string }

export async function* listedItems(store: ObjectStore, listing: Listing, from: ListCursor | undefined): ItemPages {
  for await (const objects of store.list(listing, from?.after ?? '')) {
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
