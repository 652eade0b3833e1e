/** S3 for distributed Maps: the objects that a case put into buckets before it began. */
import { createHash } from 'node:crypto'
import type { Reply, Request } from './stand-in.ts'

const xml = { 'Content-Type': 'application/xml' }

/** Undefined when the bucket is none of those. `objects` by `bucket/key`. */
export function objectReply(
  objects: ReadonlyMap<string, string>,
  { method, url, headers }: Request,
): Reply | undefined {
  const [bucket = '', ...key] = decodeURIComponent(url.pathname).slice(1).split('/')
  const within = [...objects].filter(([name]) => name.startsWith(`${bucket}/`))
  if (method !== 'GET' || bucket === '' || within.length === 0) return undefined
  if (url.searchParams.get('list-type') === '2') return listing(within)
  const body = objects.get(`${bucket}/${key.join('/')}`)
  if (body === undefined) return failure(404, 'NoSuchKey', 'The specified key does not exist.')
  return part(Buffer.from(body), String(headers.range ?? ''))
}

function listing(objects: readonly (readonly [string, string])[]): Reply {
  const contents = objects.map(([name, body]) => {
    const key = `<Key>${name.slice(name.indexOf('/') + 1)}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified>`
    const facts = `<ETag>${etagOf(body)}</ETag><Size>${Buffer.byteLength(body)}</Size><StorageClass>STANDARD</StorageClass>`
    return `<Contents>${key}${facts}</Contents>`
  })
  const body = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`
  return { status: 200, headers: xml, body }
}

/** `bytes=0-99` → `bytes 0-41/42`. */
function part(whole: Buffer, range: string): Reply {
  const [, from = '0', to = String(whole.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? []
  const first = Number(from)
  const last = Math.min(Number(to), whole.length - 1)
  if (first >= whole.length) return failure(416, 'InvalidRange', 'The requested range is not satisfiable')
  return {
    status: 206,
    headers: { ETag: etagOf(whole), 'Content-Range': `bytes ${first}-${last}/${whole.length}` },
    body: whole.subarray(first, last + 1).toString('utf8'),
  }
}

const etagOf = (body: string | Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`

const failure = (status: number, code: string, message: string): Reply => ({
  status,
  headers: xml,
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})
