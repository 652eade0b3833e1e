/**
 * What is no HTTP, or not HTTP as it is spoken here. The platform's parser refuses most of it before there is a request: then the
 * answer is written to the connection itself, in the same form as every other problem, and ends it. Nothing of what came is repeated.
 */
import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock, HoldfastError } from '../base/index.ts'
import { problemOf } from './api/problem.ts'
import { browserHeaders } from './browser-headers.ts'
import { serverError } from './errors.ts'

const spoken = 'HTTP/1.1 or HTTP/1.0, with headers that are "name: value" and one Host'

/** What the parser's code means. */
export function faultOfParser(code: string | undefined, headerBytes: number): HoldfastError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return serverError('server.headers_too_large', `The headers are larger than ${headerBytes} bytes`, {
        place: 'headers',
        accepted: `at most ${headerBytes} bytes`,
      })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return serverError('server.body_too_large', 'The chunks of the body carry more extensions than are read', {
        ...{ place: 'body', accepted: 'chunks without extensions' },
      })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return serverError('server.request_timeout', 'The request did not arrive in time', {
        place: 'request',
        accepted: 'headers within 10 seconds, and the whole request within a minute',
      })
    case 'HPE_INVALID_METHOD':
      return malformed('request line', `one of ${METHODS.join(', ')}`)
    case 'HPE_INVALID_VERSION':
    case 'HPE_PAUSED_H2_UPGRADE':
      return malformed('request line', 'HTTP/1.1 or HTTP/1.0')
    case 'HPE_INVALID_URL':
      return malformed('request line', 'a path in ASCII, everything else percent-encoded')
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return malformed('Content-Length', 'one number of bytes, and no Transfer-Encoding beside it')
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return malformed('Transfer-Encoding', 'chunked alone, and no Content-Length beside it')
    case 'HPE_INVALID_CHUNK_SIZE':
      return malformed('body', 'chunks that each begin with their length in hexadecimal')
    default:
      return malformed('request', spoken)
  }
}

const malformed = (place: string, accepted: string): HoldfastError =>
  serverError('server.malformed', 'What was sent is no HTTP request', { place, accepted })

/** What the parser lets pass and nobody means well with: two hosts, no host, a coding of the transfer that is not undone. */
export function faultOfForm({ httpVersion, headers, rawHeaders }: IncomingMessage): HoldfastError | undefined {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1) return malformed('Host', 'one Host header')
  if (hosts === 0 && httpVersion === '1.1') return malformed('Host', 'the Host header, which HTTP/1.1 demands')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    return malformed('Transfer-Encoding', 'chunked alone')
  }
  const { expect } = headers
  if (expect !== undefined && expect.trim().toLowerCase() !== '100-continue') {
    return serverError('server.expectation', 'The header Expect asks for what is not done here', {
      place: 'Expect',
      accepted: '100-continue',
    })
  }
  return undefined
}

/** A path, also where the request names the whole address as it would to a proxy; the door has looked at its host. */
export const originForm = (target: string): string => {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(target)?.[1]
  return path === undefined ? target : path.startsWith('/') ? path : `/${path}`
}

/** Answers on the connection itself, unless something is being answered on it still, and ends it. */
export function refuseConnection(socket: Duplex, answering: ServerResponse | undefined, write: () => LastAnswer): void {
  if (answering === undefined) return sendLast(socket, write())
  // Of the request that is being answered there is more to come that cannot be read: it ends here, and its answer with it.
  if (!answering.req.complete) return answering.headersSent ? void socket.destroy() : sendLast(socket, write())
  // What stands behind it must not be taken for its answer.
  answering.shouldKeepAlive = false
  answering.once('finish', () => socket.end())
}

/** What may still come once the answer is out, and for how long it is waited for. */
const linger = { bytes: 1024 * 1024, ms: 1000 }

/**
 * A connection that is cut while something lies unread in it is reset, and the answer with it, often before the other side has read
 * that. So what still comes is read and dropped for a moment: until the other side ends it, or there was enough.
 */
function sendLast(socket: Duplex, { text, clock }: LastAnswer): void {
  // Who leaves without reading the answer ends their own connection, and nothing else.
  socket.on('error', () => socket.destroy())
  if (!socket.writable) return void socket.destroy()
  let dropped = 0
  socket.removeAllListeners('data').on('data', (piece: Buffer) => {
    dropped += piece.length
    if (dropped > linger.bytes) socket.destroy()
  })
  const stopWaiting = clock.alarm(clock.now() + linger.ms, () => socket.destroy())
  socket.once('end', () => socket.destroy()).once('close', stopWaiting)
  socket.end(text)
}

type LastAnswer = { readonly text: string; readonly clock: Clock }

const statusLines: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
}

/** A whole answer with headers and body. */
export function writtenProblem(error: HoldfastError, requestId: string): string {
  const problem = problemOf(error, { path: '', requestId })
  const body = JSON.stringify(problem)
  const headers = [
    ['content-type', 'application/problem+json; charset=utf-8'],
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'close'],
    ...browserHeaders,
  ]
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${problem.status} ${statusLines[problem.status] ?? 'Error'}\r\n${lines}\r\n${body}`
}
