/** OAuth's client credentials: a token for each connection, fetched when it is needed and kept until it expires. */
import type { Authorization, KnownConnection } from '../../connection/index.ts'
import type { Asker, Gate } from '../../outbound/index.ts'
import { ConnectionFault, type ReadSecret, resolved, secretOf } from './connection.ts'

/** A connection under its name. */
export type NamedConnection = { readonly name: string; readonly connection: KnownConnection }

/** For whom a token is fetched, and until when it is wanted. */
export type Leave = { readonly asker: Asker; readonly signal: AbortSignal }

export type Tokens = {
  /** @throws ConnectionFault when the endpoint gives none */
  tokenOf(named: NamedConnection, authorization: OAuth, leave: Leave): Promise<string>
  /** What an API has refused is not sent again. */
  forget(named: NamedConnection): void
}

type OAuth = Extract<Authorization, { kind: 'oauth' }>
type Dependencies = { readonly gate: Gate; readonly now: () => number; readonly readSecret: ReadSecret }

/** Fetched anew this long before it expires, so that it does not do so on the way. */
const earlierMs = 60_000
const withoutExpiryMs = 300_000

export function openTokens({ gate, now, readSecret }: Dependencies): Tokens {
  const kept = new Map<string, { readonly token: string; readonly untilMs: number }>()
  return {
    async tokenOf(named, authorization, { asker, signal }) {
      const { name } = named
      const known = kept.get(keyOf(named))
      if (known !== undefined && now() < known.untilMs) return known.token
      const asked = tokenRequest(name, authorization, readSecret)
      const answer = await gate.request({ ...asked, asker, signal }).catch((error: unknown) => {
        if (signal.aborted) throw error
        throw noToken(name, error instanceof Error ? error.message : String(error))
      })
      if (answer.status < 200 || answer.status > 299) throw noToken(name, `it answered ${answer.status}`)
      const { access_token: token, expires_in: seconds } = readAnswer(answer.body)
      if (typeof token !== 'string' || token === '') throw noToken(name, 'its answer holds no access_token')
      const forMs = Number(seconds) > 0 ? Number(seconds) * 1000 - earlierMs : withoutExpiryMs
      kept.set(keyOf(named), { token, untilMs: now() + forMs })
      return token
    },
    forget: (named) => void kept.delete(keyOf(named)),
  }
}

/** What was fetched for a connection is not sent for the one that has taken its name. */
const keyOf = ({ name, connection }: NamedConnection): string => `${name}/${connection.revision}`

function tokenRequest(name: string, authorization: OAuth, readSecret: ReadSecret) {
  const { endpoint, method, clientId, clientSecret, parameters } = authorization
  const url = new URL(endpoint)
  for (const [key, value] of Object.entries(resolved(name, parameters?.query, readSecret)))
    url.searchParams.set(key, value)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secretOf(name, clientSecret, readSecret),
    ...resolved(name, parameters?.body, readSecret),
  })
  const headers = { Accept: 'application/json', ...resolved(name, parameters?.headers, readSecret) }
  if (method !== 'GET') {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return { method, url: url.href, headers: { ...type, ...headers }, body: form.toString() }
  }
  for (const [key, value] of form) url.searchParams.set(key, value)
  return { method, url: url.href, headers }
}

function readAnswer(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body.toString('utf8'))) as Readonly<Record<string, unknown>>
  } catch {
    // What is no JSON holds no token, which is told the same way.
    return {}
  }
}

/** Never the answer itself: it may repeat what it was sent. */
function noToken(name: string, reason: string): ConnectionFault {
  return new ConnectionFault(
    'InvalidConnectionState',
    `The connection ${name} gets no token from its OAuth endpoint: ${reason}`,
  )
}
