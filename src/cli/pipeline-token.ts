/** In a job of a pipeline: the ID token that its platform gives it, exchanged for a token of the server. */
import { z } from 'zod'
import { cliError } from './errors.ts'
import type { World } from './world.ts'

/** Answers a token that is good now; asked before each request. */
export type PipelineToken = () => Promise<string>

type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** Renewed when less than this is left: a deployment may be followed for longer than a token lives. */
const renewMs = 60_000

/**
 * Undefined outside of a pipeline. GitHub hands out as many ID tokens as are asked for; GitLab's, in HOLDFAST_ID_TOKEN, is one, and
 * good for one exchange.
 */
export function pipelineToken(world: World, url: string, send: Fetch = fetch): PipelineToken | undefined {
  const idToken = idTokenIn(world, url, send)
  if (idToken === undefined) return undefined
  let held: { readonly secret: string; readonly expiresAt: number } | undefined
  return async () => {
    if (held === undefined || held.expiresAt - world.now() < renewMs) {
      held = await exchange(await idToken(), { url, send, signal: world.interrupted })
    }
    return held.secret
  }
}

function idTokenIn({ environment, interrupted }: World, url: string, send: Fetch): (() => Promise<string>) | undefined {
  const {
    HOLDFAST_ID_TOKEN: given,
    HOLDFAST_CI_AUDIENCE: audience = new URL(url).origin,
    ACTIONS_ID_TOKEN_REQUEST_URL: askAt,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: proof,
  } = environment
  if (given !== undefined && given !== '') return () => Promise.resolve(given)
  if (askAt === undefined || proof === undefined) return undefined
  const address = new URL(askAt)
  address.searchParams.set('audience', audience)
  return async () => {
    const response = await send(address.href, {
      headers: { authorization: `Bearer ${proof}` },
      redirect: 'error',
      signal: interrupted,
    }).catch((cause: unknown) => {
      throw refused('GitHub does not hand out an ID token', cause)
    })
    const answer = z.object({ value: z.string() }).safeParse(await jsonOf(response))
    if (answer.success) return answer.data.value
    throw refused(`GitHub answered ${response.status} instead of an ID token`)
  }
}

type Exchanging = { readonly url: string; readonly send: Fetch; readonly signal: AbortSignal }

async function exchange(token: string, { url, send, signal }: Exchanging) {
  const response = await send(new URL('/v1/ci/tokens', url).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    redirect: 'error',
    signal,
  }).catch((cause: unknown) => {
    throw cliError('cli.unreachable', `No Holdfast answers at ${url}`, { cause, repair: 'check the address' })
  })
  const body = await jsonOf(response)
  const made = z.object({ secret: z.string(), expiresAt: z.iso.datetime() }).safeParse(body)
  if (response.ok && made.success) return { secret: made.data.secret, expiresAt: Date.parse(made.data.expiresAt) }
  const { data } = z.object({ detail: z.string(), repair: z.string().optional() }).safeParse(body)
  throw refused(data?.detail ?? `The server answered ${response.status}`, undefined, data?.repair)
}

const refused = (message: string, cause?: unknown, repair = 'grant the job id-token: write, or set HOLDFAST_TOKEN') =>
  cliError('cli.pipeline_refused', message, { repair, cause })

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    // Told by its status alone.
    return undefined
  }
}
