/** What is shown of an HTTP task: to a test of a state, request and answer as AWS's TestState writes them; to histories, no secret. Pure. */
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

/** Histories are kept for months and read by many: what a service repeats of the secrets it was sent is taken out before. */
export function withoutEchoes(response: OutboundResponse, secrets: readonly string[]): OutboundResponse {
  const hide = hiding(secrets)
  const text = response.body.toString('utf8')
  const shown = hide(text)
  return {
    ...response,
    statusText: hide(response.statusText),
    headers: response.headers.map(([name, value]) => [name, hide(value)] as const),
    // As it came where there is nothing to hide: it may be no text.
    body: shown === text ? response.body : Buffer.from(shown),
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
