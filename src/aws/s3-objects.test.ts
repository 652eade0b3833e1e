import { beforeEach, describe, expect, it } from 'vitest'
import { type Clock, silentLogger } from '../base/index.ts'
import { awsClients } from './clients.ts'
import { type FakeService, fakeService, type Received, type Reply, testCredentials } from './fake-service.ts'
import { s3Objects } from './s3-objects.ts'

/** A clock of which every alarm rings at once. */
const waits: number[] = []
const clock: Clock = {
  now: () => 1000,
  alarm(atMs, ring) {
    waits.push(atMs - 1000)
    queueMicrotask(ring)
    return () => undefined
  },
}
const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(255)
beforeEach(() => void waits.splice(0))

const place = { bucket: 'data', key: 'in/a b' }

function storeAt({ url }: FakeService, time = clock) {
  const config = { region: 'us-east-1', endpoints: { s3: url }, credentials: testCredentials }
  const clients = awsClients(config, silentLogger, () => Promise.reject(new Error('no roles here')))
  return s3Objects({ config, clients, patience: { clock: time, randomBytes }, sizes: { windowBytes: 4, partBytes: 4 } })
}

/** An object that answers ranges, as long as it is the one that is asked for. */
function objectOf(text: string, etag = '"1"'): (received: Received) => Reply {
  return ({ headers }) => {
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag) return failure(412, 'PreconditionFailed')
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    if (Number(from) >= text.length) return failure(416, 'InvalidRange')
    const last = Math.min(Number(to), text.length - 1)
    const range = `bytes ${from}-${last}/${text.length}`
    return { status: 206, headers: { ETag: etag, 'Content-Range': range }, body: text.slice(Number(from), last + 1) }
  }
}

const failure = (status: number, code: string): Reply => ({
  status,
  headers: { 'Content-Type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>The message of ${code}.</Message></Error>`,
})

const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString()

async function* parts(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('objects in S3', () => {
  it('are read in windows that all have the same ETag', async () => {
    await using service = await fakeService(objectOf('0123456789'))
    const { etag, chunks } = await storeAt(service).read(place, { offset: 1 })
    expect(await textOf(chunks)).toBe('123456789')
    expect(etag).toBe('"1"')
    expect(service.received.map(({ headers }) => [headers.range, headers['if-match']])).toEqual([
      ['bytes=1-4', undefined],
      ['bytes=5-8', '"1"'],
      ['bytes=9-12', '"1"'],
    ])
    expect(service.received[0]?.path).toMatch(/^\/data\/in\/a%20b\?/)
  })

  it('end where they end, and where they are empty', async () => {
    await using service = await fakeService(objectOf('0123'))
    expect(await textOf((await storeAt(service).read(place, { offset: 4, etag: '"1"' })).chunks)).toBe('')
    await using empty = await fakeService(objectOf(''))
    expect(await textOf((await storeAt(empty).read(place, { offset: 0 })).chunks)).toBe('')
  })

  it('come whole from a service that knows no ranges', async () => {
    await using service = await fakeService(() => ({ headers: { ETag: '"1"' }, body: '0123456789' }))
    expect(await textOf((await storeAt(service).read(place, { offset: 6 })).chunks)).toBe('6789')
  })

  it('are refused when they have changed', async () => {
    await using service = await fakeService(objectOf('0123', '"2"'))
    await expect(storeAt(service).read(place, { offset: 1, etag: '"1"' })).rejects.toThrow(
      'The object in/a b of the bucket data has changed while its items were read.',
    )
  })

  it('fail in the words of the SDK', async () => {
    await using service = await fakeService(() => failure(404, 'NoSuchBucket'))
    await expect(storeAt(service).read(place, { offset: 0 })).rejects.toThrow(
      'The message of NoSuchBucket. (Service: S3, Status Code: 404, Request ID: request-1',
    )
  })

  it('are listed page by page', async () => {
    const page = (key: string, more: string) => ({
      headers: { 'Content-Type': 'application/xml' },
      body: `<ListBucketResult>${more}<Contents><Key>${key}</Key><LastModified>2024-01-01T00:00:01.000Z</LastModified><ETag>"e"</ETag><Size>3</Size><StorageClass>GLACIER</StorageClass></Contents></ListBucketResult>`,
    })
    await using service = await fakeService(({ path }) =>
      path.includes('continuation-token=next')
        ? page('in/b', '<IsTruncated>false</IsTruncated>')
        : page('in/a', '<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>'),
    )
    const listing = { bucket: 'data', prefix: 'in/' }
    const pages = await Array.fromAsync(storeAt(service).list(listing, 'in/0'))
    expect(pages.flat()).toEqual([
      { key: 'in/a', etag: '"e"', size: 3, modifiedAt: Date.UTC(2024, 0, 1, 0, 0, 1), storageClass: 'GLACIER' },
      expect.objectContaining({ key: 'in/b' }),
    ])
    expect(service.received[0]?.path).toContain('start-after=in%2F0')
  })

  it('are put at once when they are small', async () => {
    await using service = await fakeService(() => ({}))
    expect(await storeAt(service).write(place, parts('ab', 'cd'))).toBe(4)
    expect(service.received.map(({ path, body }) => [path.split('?')[0], body])).toEqual([['/data/in/a%20b', 'abcd']])
  })

  it('are put part by part when they are large', async () => {
    await using service = await fakeService(uploads)
    expect(await storeAt(service).write(place, parts('abc', 'defgh', 'ij'))).toBe(10)
    const bodies = service.received.filter(({ path }) => path.includes('partNumber')).map(({ body }) => body)
    expect(bodies).toEqual(['abcd', 'efgh', 'ij'])
    expect(service.received.at(-1)?.body).toMatch(/<PartNumber>3<\/PartNumber>/)
  })

  it('leave nothing behind when a part cannot be written', async () => {
    await using service = await fakeService((received) =>
      received.path.includes('partNumber=2') ? failure(403, 'AccessDenied') : uploads(received),
    )
    await expect(storeAt(service).write(place, parts('abcdefgh', 'ij'))).rejects.toThrow('The message of AccessDenied')
    expect(service.received.at(-1)?.path).toContain('x-id=AbortMultipartUpload')
  })
})

describe('S3 that is busy', () => {
  /** Refuses each first request of a kind so often. */
  function busy(times: number, code: string, reply: (received: Received) => Reply) {
    const refused = new Map<string, number>()
    return (received: Received): Reply => {
      const kind = `${received.path} ${received.headers.range ?? ''}`
      const count = refused.get(kind) ?? 0
      refused.set(kind, count + 1)
      return count < times ? failure(code === 'InternalError' ? 500 : 503, code) : reply(received)
    }
  }

  it('is asked again, later each time, for windows of an object', async () => {
    await using service = await fakeService(busy(3, 'SlowDown', objectOf('012345')))
    const { chunks } = await storeAt(service).read(place, { offset: 0 })
    expect(await textOf(chunks)).toBe('012345')
    expect(waits).toEqual([250, 500, 1000, 250, 500, 1000])
  })

  it('is asked again for pages of a listing and parts of an upload', async () => {
    await using service = await fakeService(busy(1, 'InternalError', uploads))
    expect(await storeAt(service).write(place, parts('abcdefgh', 'ij'))).toBe(10)
    // Begun, three parts, completed.
    expect(waits).toEqual([250, 250, 250, 250, 250])
    await using empty = await fakeService(
      busy(1, 'SlowDown', () => ({ headers: { 'Content-Type': 'application/xml' }, body: '<ListBucketResult/>' })),
    )
    expect(await Array.fromAsync(storeAt(empty).list({ bucket: 'data', prefix: '' }, ''))).toEqual([])
  })

  it('is given up after eight tries, in its own words', async () => {
    await using service = await fakeService(() => failure(503, 'SlowDown'))
    await expect(storeAt(service).read(place, { offset: 0 })).rejects.toThrow(
      'The message of SlowDown. (Service: S3, Status Code: 503, Request ID: request-1',
    )
    expect(service.received).toHaveLength(8)
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000])
  })

  it('is not asked again for what does not pass', async () => {
    await using service = await fakeService(() => failure(403, 'AccessDenied'))
    await expect(storeAt(service).read(place, { offset: 0 })).rejects.toThrow('The message of AccessDenied')
    expect(service.received).toHaveLength(1)
  })

  it('is asked for an object again whose bytes broke off', async () => {
    let broken = 0
    await using service = await fakeService((received, response) => {
      if (broken++ > 0) return objectOf('0123')(received)
      response.writeHead(206, { 'Content-Length': '4', ETag: '"1"', 'Content-Range': 'bytes 0-3/4' })
      response.write('01', () => response.destroy())
      return undefined
    })
    expect(await textOf((await storeAt(service).read(place, { offset: 0 })).chunks)).toBe('0123')
    expect(waits).toEqual([250])
  })

  it('is no longer waited for when the run is let go', async () => {
    await using service = await fakeService(() => failure(503, 'SlowDown'))
    const ending = new AbortController()
    const standing = { ...clock, alarm: () => (queueMicrotask(() => ending.abort()), () => undefined) }
    const reading = storeAt(service, standing).read(place, { offset: 0 }, ending.signal)
    await expect(reading).rejects.toThrow('Request aborted')
    expect(service.received).toHaveLength(1)
  })
})

function uploads({ path }: Received): Reply {
  const xml = { 'Content-Type': 'application/xml' }
  if (path.includes('uploads')) {
    const body = '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
    return { headers: xml, body }
  }
  if (path.includes('partNumber')) return { headers: { ETag: '"p"' } }
  return {
    headers: xml,
    body: '<CompleteMultipartUploadResult><ETag>"w"</ETag></CompleteMultipartUploadResult>',
  }
}
