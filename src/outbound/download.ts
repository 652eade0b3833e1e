/** The gate for what is too large to be held: one GET whose answer is read as it comes, from an address that was judged. */
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { Readable } from 'node:stream'
import { allowList } from './allow.ts'
import { refused } from './errors.ts'
import { type GateSettings, judge, everyAddress } from './gate.ts'

/** The part of the platform's `fetch` that is used. It follows nothing: each redirect is asked for, and so judged, anew. */
export type Download = (
  url: string,
  init: { readonly headers: Record<string, string>; readonly signal: AbortSignal; readonly redirect: 'manual' },
) => Promise<Response>

/** Only https. @throws OutboundFault outbound.refused; what the network throws */
export function openDownload({ allow, resolve = everyAddress }: Pick<GateSettings, 'allow' | 'resolve'>): Download {
  const allowed = allowList(allow)
  return async (address, { headers, signal }) => {
    const url = new URL(address)
    if (url.protocol !== 'https:') throw refused(url.host, `${url.protocol} is not https:`)
    const lookup = await judge(url, false, { allowed, resolve, both: signal })
    return new Promise((resolveWith, reject) => {
      // A connection of its own: one that is kept would have been judged for somebody else.
      const asked = request(url, { headers, signal, lookup, agent: false }, (answer) => {
        try {
          resolveWith(responseOf(answer))
        } catch (error) {
          // A status that HTTP does not know, say: it is the other side that chooses it.
          answer.destroy()
          reject(error)
        }
      })
      asked.on('error', reject).end()
    })
  }
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode = 0, headersDistinct } = answer
  const told = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const isEmpty = [204, 205, 304].includes(statusCode)
  if (isEmpty) answer.resume()
  return new Response(isEmpty ? null : webStream(answer), { status: statusCode, headers: told })
}

/** The platform has one class of these streams and two types for it: Node's own, and the browser's where a program asks for that. */
// oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- not where the browser's type holds
const webStream = (readable: Readable): ReadableStream => Readable.toWeb(readable) as unknown as ReadableStream
