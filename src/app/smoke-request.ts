/** The request of a smoke test. Not the platform's `fetch`: that one names the host itself, and applications go by it. */
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { Readable } from 'node:stream'
import type { SmokeFetch } from '../deploy/index.ts'

/** Follows nothing, keeps no connection, and names the host that the headers name. */
export const smokeRequest: SmokeFetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? overHttps : overHttp
    const asked = request(url, { method, headers, signal, agent: false }, (answer) => {
      const { statusCode = 0, headersDistinct } = answer
      const told = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      )
      const isEmpty = method === 'HEAD' || [204, 205, 304].includes(statusCode)
      if (isEmpty) answer.resume()
      resolve(new Response(isEmpty ? null : webStream(answer), { status: statusCode, headers: told }))
    })
    asked.on('error', reject)
    asked.end(body)
  })

/** The platform has one class of these streams and two types for it: Node's own, and the browser's where a program asks for that. */
// oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- not where the browser's type holds
const webStream = (readable: Readable): ReadableStream => Readable.toWeb(readable) as unknown as ReadableStream
