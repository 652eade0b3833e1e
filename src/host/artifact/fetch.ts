/** An archive onto this host's disk, verified before anybody looks into it. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { type Clock, HoldfastError } from '../../base/index.ts'
import { codeOf, hostError } from '../errors.ts'
import { artifactForbidden, leadsInto } from '../own-folders.ts'
import { type Download, OutboundFault } from '../../outbound/index.ts'
import { tooLarge } from './entry.ts'

const mostRedirects = 5

export type ArchiveOrder = {
  readonly url: string
  readonly sha256: string
  readonly to: string
  readonly mostBytes: number
  readonly silenceMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly download: Download
  readonly clock: Clock
  /** Folders of Holdfast itself, from which nothing is brought. */
  readonly own?: readonly string[]
}

/** @throws HoldfastError host.artifact_missing, host.artifact_forbidden, host.artifact_refused, host.artifact_unreachable, host.artifact_digest, host.artifact_too_large */
export async function fetchArchive(order: ArchiveOrder): Promise<void> {
  const silence = new Silence(order.clock, order.silenceMs)
  const digest = createHash('sha256')
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      silence.heard()
      bytes += chunk.length
      digest.update(chunk)
      done(bytes > order.mostBytes ? tooLarge(`the archive has more than ${order.mostBytes} bytes`) : null, chunk)
    },
  })
  try {
    const source = await openSource(order, silence.signal)
    await pipeline(source, count, createWriteStream(order.to, { flags: 'wx', mode: 0o600 }), { signal: silence.signal })
  } catch (fault) {
    throw readable(order, silence.signal.aborted ? new Error(`nothing came for ${order.silenceMs} ms`) : fault)
  } finally {
    silence.end()
  }
  const found = digest.digest('hex')
  if (found !== order.sha256) throw wrongDigest(order.url, order.sha256, found)
}

export const wrongDigest = (place: string, expected: string, found: string): HoldfastError =>
  hostError('host.artifact_digest', `${place} has the SHA-256 ${found}, not ${expected}`, {
    place: 'artifact.sha256',
    accepted: expected,
    repair:
      'find out which of the two is wrong: the artifact was changed after the release was made, or the release names another',
  })

async function openSource(order: ArchiveOrder, signal: AbortSignal): Promise<Readable> {
  if (order.url.startsWith('file:')) {
    const path = fileURLToPath(order.url)
    if (!(await stat(path)).isFile()) throw missing(order.url, 'it is no file')
    if (leadsInto(order.own ?? [], path)) throw artifactForbidden(path, 'url')
    // Where the links lead now: turned around after this look, they lead nowhere new.
    return createReadStream(await realpath(path))
  }
  const response = await follow(order, signal)
  if (response.status === 404 || response.status === 410)
    throw missing(order.url, `the server answered ${response.status}`)
  if (!response.ok || response.body === null) {
    throw hostError('host.artifact_unreachable', `${order.url} answered ${response.status}`, {
      retryable: response.status >= 500 || response.status === 429,
    })
  }
  return nodeStream(response.body)
}

/** The platform has one class of these streams and two types for it: Node's own, and the browser's where a program asks for that. */
const nodeStream = (body: ReadableStream): Readable =>
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- not where the browser's type holds
  Readable.fromWeb(body as unknown as Parameters<typeof Readable.fromWeb>[0])

/** A redirect may lead anywhere but out of TLS, and secrets do not go to another origin. */
async function follow(order: ArchiveOrder, signal: AbortSignal): Promise<Response> {
  let url = new URL(order.url)
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const headers = url.origin === new URL(order.url).origin ? { ...order.headers } : {}
    const response = await order.download(url.href, { headers, signal, redirect: 'manual' })
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (location === null) return response
    await response.body?.cancel()
    url = new URL(location, url)
    if (url.protocol !== 'https:') break
  }
  const message = `${order.url} redirects to an address without TLS, or without end`
  throw hostError('host.artifact_unreachable', message, { retryable: false })
}

const missing = (url: string, why: string): HoldfastError =>
  hostError('host.artifact_missing', `There is no artifact at ${url}: ${why}`, {
    place: 'artifact.url',
    repair: 'check that the host can see this address',
  })

/** Whoever writes releases chooses the address, and may not choose what this host reaches behind its network. */
const refused = (url: string, fault: OutboundFault): HoldfastError =>
  hostError('host.artifact_refused', `${url} is not fetched: ${fault.message}`, {
    place: 'artifact.url',
    accepted:
      'public addresses over https, file:/// addresses of the host, and what --artifacts-from of its agent names',
    repair: `if artifacts are meant to come from there, start the host's agent with --artifacts-from ${fault.place ?? 'NAME'}`,
    cause: fault,
  })

function readable({ url }: ArchiveOrder, fault: unknown): unknown {
  if (fault instanceof OutboundFault && fault.code === 'outbound.refused') return refused(url, fault)
  if (fault instanceof HoldfastError) return fault
  const code = codeOf(fault)
  if (code === 'ENOSPC' || code === 'EDQUOT') return fault
  if (code === 'ENOENT' || code === 'EACCES') return missing(url, fault instanceof Error ? fault.message : '')
  const reason = fault instanceof Error && fault.cause instanceof Error ? fault.cause.message : String(fault)
  return hostError('host.artifact_unreachable', `${url} cannot be fetched: ${reason}`, { cause: fault })
}

/** Aborts when nothing was heard for so long. */
class Silence {
  readonly #abort = new AbortController()
  readonly #clock: Clock
  readonly #ms: number
  #cancel: () => void

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
    this.#cancel = this.#set()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  heard(): void {
    this.#cancel()
    this.#cancel = this.#set()
  }

  end(): void {
    this.#cancel()
  }

  #set(): () => void {
    return this.#clock.alarm(this.#clock.now() + this.#ms, () => this.#abort.abort())
  }
}
