/** Objects in memory, handed out in pieces as small as a test wants them. */
import { type ListedObject, objectChanged, ObjectFailure, type ObjectPlace, type ObjectStore } from './object-store.ts'

export class FakeObjects implements ObjectStore {
  readonly objects = new Map<string, Buffer>()
  /** Every read: its key and offset. */
  readonly reads: string[] = []
  /** Keys in the order they were written. */
  readonly writes: string[] = []
  /** What a write fails with. */
  fault: string | undefined
  readonly #pieceBytes: number

  constructor(objects: Readonly<Record<string, string | Buffer>> = {}, pieceBytes = 7) {
    for (const [key, text] of Object.entries(objects)) this.objects.set(key, Buffer.from(text))
    this.#pieceBytes = pieceBytes
  }

  handles(bucket: string): boolean {
    return bucket === 'data'
  }

  async read(place: ObjectPlace, { offset, etag }: { readonly offset: number; readonly etag?: string }) {
    this.reads.push(`${place.key}@${offset}`)
    const bytes = this.objects.get(place.key)
    if (bytes === undefined) throw new ObjectFailure('The specified key does not exist.')
    const found = etagOf(bytes)
    if (etag !== undefined && etag !== found) throw objectChanged(place)
    return { etag: found, chunks: piecesOf(bytes.subarray(offset), this.#pieceBytes) }
  }

  async *list({ prefix }: { readonly prefix: string }, after: string): AsyncIterable<readonly ListedObject[]> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted()
    for (const key of keys) {
      const bytes = this.objects.get(key) ?? Buffer.alloc(0)
      const storageClass = 'STANDARD'
      yield [{ key, etag: etagOf(bytes), size: bytes.length, modifiedAt: 1_700_000_000_999, storageClass }]
    }
  }

  async write({ key }: ObjectPlace, parts: AsyncIterable<Uint8Array>): Promise<number> {
    if (this.fault !== undefined) throw new ObjectFailure(this.fault)
    const whole = Buffer.concat(await Array.fromAsync(parts))
    this.objects.set(key, whole)
    this.writes.push(key)
    return whole.length
  }

  json(key: string): unknown {
    return JSON.parse(String(this.objects.get(key)))
  }
}

const etagOf = (bytes: Buffer): string => `"${bytes.length}-${bytes.toString('hex').slice(-20)}"`

async function* piecesOf(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
