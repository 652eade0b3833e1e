/** Archives as honest and dishonest people make them, byte by byte. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

type EntryType = ConstructorParameters<typeof Header>[0] extends infer _ ? NonNullable<Header['type']> : never

export type FakeEntry = {
  readonly path: string
  readonly type?: EntryType
  readonly content?: string
  readonly target?: string
  readonly mode?: number
  /** What the header claims, when that is not so. */
  readonly claimedBytes?: number
}

export function tarOf(entries: readonly FakeEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(1024)])
}

function entryBytes({ path, type = 'File', content = '', target, mode = 0o644, claimedBytes }: FakeEntry): Buffer {
  const body = Buffer.from(content)
  const header = new Header({
    path,
    type,
    mode,
    size: claimedBytes ?? body.length,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
    ...(target !== undefined && { linkpath: target }),
  })
  const block = Buffer.alloc(512)
  header.encode(block, 0)
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

export type FakeArchive = { readonly url: string; readonly sha256: string; readonly bytes: Buffer }

export function writeArchive(folder: string, entries: readonly FakeEntry[] | Buffer, name = 'app.tgz'): FakeArchive {
  const bytes = Buffer.isBuffer(entries) ? entries : gzipSync(tarOf(entries))
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return { bytes, url: pathToFileURL(path).href, sha256: createHash('sha256').update(bytes).digest('hex') }
}
