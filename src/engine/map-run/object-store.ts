/** Where the objects are that Map Runs read items from and write results to: the port that S3 and local folders answer. */

export type Bucket = {
  readonly bucket: string
  /** The account that must own it. */
  readonly owner?: string
}

export type ObjectPlace = Bucket & {
  readonly key: string
  /** Undefined: the newest. */
  readonly versionId?: string
}

export type ObjectBody = {
  /** Names this very content: reading goes on only in the same. */
  readonly etag: string
  readonly chunks: AsyncIterable<Uint8Array>
}

export type Listing = Bucket & { readonly prefix: string }

export type ListedObject = {
  readonly key: string
  readonly etag: string
  readonly size: number
  /** Milliseconds since 1970 UTC. */
  readonly modifiedAt: number
  readonly storageClass: string
}

/** What passes (a server that is busy) a store bears itself, within bounds. `signal` ends what it does, and its waiting. */
export interface ObjectStore {
  /** Whether objects of this bucket are this store's. Asked in order; the first one is taken. */
  handles(bucket: string): boolean
  /**
   * The bytes from `offset` on, as a stream: an object is never whole in memory. It ends with a failure when the object becomes
   * another one on the way.
   * @throws ObjectFailure when it is not there, may not be read, or is another one than `etag` names
   */
  read(
    place: ObjectPlace,
    from: { readonly offset: number; readonly etag?: string },
    signal?: AbortSignal,
  ): Promise<ObjectBody>
  /** In the order of their keys' bytes, those after `after`, in pages. @throws ObjectFailure */
  list(listing: Listing, after: string, signal?: AbortSignal): AsyncIterable<readonly ListedObject[]>
  /** Writes an object as its parts come; it is there once all are, in place of an older one. @returns its size in bytes @throws ObjectFailure */
  write(place: ObjectPlace, parts: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<number>
}

/** What an object store says when it cannot do what it was asked. `message` is for the person who runs the machine. */
export class ObjectFailure extends Error {}

export const objectChanged = ({ bucket, key }: ObjectPlace): ObjectFailure =>
  new ObjectFailure(`The object ${key} of the bucket ${bucket} has changed while its items were read.`)
