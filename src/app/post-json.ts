/** One JSON request of an agent, over connections that are kept. */
import { HoldfastError, type ErrorKind } from '../base/index.ts'
import { z } from 'zod'

export type Answered = { readonly status: number; readonly body: unknown }

export type Posting = {
  readonly body: unknown
  readonly token: string
  readonly signal: AbortSignal
  /** Then it is given up. */
  readonly withinMs: number
}

/** @throws TypeError when nothing answers; DOMException when the time is over */
export async function postJson(url: string, { body, token, signal, withinMs }: Posting): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    redirect: 'error',
  })
  const text = await response.text()
  return { status: response.status, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Told by its status alone: what is no JSON does not come from a control plane.
    return undefined
  }
}

const problem = z.object({
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
  accepted: z.string().optional(),
  repair: z.string().optional(),
})

const kindOfStatus: ReadonlyMap<number, ErrorKind> = new Map([
  [400, 'invalid'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'missing'],
  [409, 'conflict'],
  [413, 'too_large'],
  [422, 'invalid'],
])

/** What the control plane says is wrong, in its own words. */
export function problemIn({ status, body }: Answered): HoldfastError {
  const { data } = problem.safeParse(body)
  const message = data?.detail ?? data?.title ?? `The control plane answered ${status}`
  return new HoldfastError(data?.code ?? 'app.not_answering', message, {
    kind: data === undefined ? 'unavailable' : (kindOfStatus.get(status) ?? 'unavailable'),
    ...(data?.accepted === undefined ? {} : { accepted: data.accepted }),
    ...(data?.repair === undefined ? {} : { repair: data.repair }),
  })
}
