/** What a test of a state is shown of an HTTP task: request and answer as AWS's TestState writes them. Pure. */
import type { WireRequest, WireResponse } from '../../engine/index.ts'
import type { OutboundResponse } from '../../outbound/index.ts'
import type { FromConnection, HttpRequest } from './http-request.ts'

const redacted = '[REDACTED]'
/** What is shorter stands in an answer by chance. */
const shortestHidden = 6

/** The same with nothing in it that is the connection's to know. */
export function withoutSecrets({ authorization, headers, query, body, region }: FromConnection): FromConnection {
  const hidden = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.keys(values).map((name) => [name, redacted]))
  return {
    authorization: [authorization[0], redacted],
    ...{ headers: hidden(headers), query: hidden(query), body: hidden(body), region },
  }
}

export function shownRequest({ method, url, headers, body }: HttpRequest): WireRequest {
  const pairs = Object.entries(headers).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => [name, value] as const),
  )
  return {
    protocol: protocolOf(url),
    method,
    url: url.replaceAll(encodeURIComponent(redacted), redacted),
    headers: listed(pairs),
    ...(body === undefined ? {} : { body }),
  }
}

/** A service may repeat what it was sent: with `secrets` they are taken out of its answer. */
export function shownResponse(response: OutboundResponse, secrets: readonly string[]): WireResponse {
  const { status, statusText, headers, body, url } = response
  const hide = hiding(secrets)
  return {
    protocol: protocolOf(url),
    statusCode: String(status),
    statusMessage: statusText,
    headers: hide(listed(headers)),
    body: hide(body.toString('utf8')),
  }
}

/** What of a connection may not be seen in an answer; of Basic the password by itself as well. */
export function secretsOf({ authorization, headers, query, body }: FromConnection): readonly string[] {
  const [, proof] = authorization
  const parts = proof.split(' ')
  const password = parts[0] === 'Basic' ? Buffer.from(parts[1] ?? '', 'base64').toString('utf8') : undefined
  const own = [proof, parts[1], password, password?.slice(password.indexOf(':') + 1)]
  const values = [headers, query, body].flatMap((one) => Object.values(one))
  return [...own, ...values].filter((text) => text !== undefined).filter((text) => text.length >= shortestHidden)
}

function hiding(secrets: readonly string[]): (text: string) => string {
  const spelled = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
  // The longest first: one may be a part of another.
  const all = [...new Set(spelled)].toSorted((a, b) => b.length - a.length)
  return (text) => all.reduce((left, secret) => left.replaceAll(secret, redacted), text)
}

const protocolOf = (url: string): string => new URL(url).protocol.slice(0, -1)

const listed = (pairs: readonly (readonly [name: string, value: string])[]): string =>
  `[${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')}]`
