/** Reads a request's body as text, within a limit. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { bodyTooLarge, requirePlainEncoding, serverError } from './errors.ts'

/**
 * The whole body. What comes beyond the limit is read and dropped, so that the sender gets to see the answer; the server's
 * request timeout bounds that.
 * @throws HoldfastError server.body_too_large, server.body_cut_off, server.not_utf8, server.content_encoding
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  requirePlainEncoding(request.headers['content-encoding'])
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes)
  const bytes = await readBytes(request, limitBytes)
  if (!isUtf8(bytes)) throw serverError('server.not_utf8', 'The request body is not UTF-8 text', { place: 'body' })
  return bytes.toString('utf8')
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) return void chunks.push(chunk)
      chunks.length = 0
      reject(bodyTooLarge(limitBytes))
    })
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    const cutOff = () => reject(serverError('server.body_cut_off', 'The request body ended early', { place: 'body' }))
    request.once('error', cutOff)
    request.once('close', cutOff)
  })
}
