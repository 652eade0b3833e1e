/** The body of an answer that the edge makes itself: for people, for programs, or plain. */
import { edgeCauses, type EdgeCause } from '../contract.ts'
import { edgeHeader } from './headers.ts'

export type EdgeAnswer = { readonly status: number; readonly headers: readonly string[]; readonly body: string }

export type EdgeAnswerFacts = {
  readonly cause: EdgeCause
  readonly requestId: string
  readonly accept: string
  /** Other than the cause's own: of a maintenance. */
  readonly status?: number
  readonly message?: string
  readonly retryAfterSeconds?: number
}

const sayings: Readonly<Record<EdgeCause, string>> = {
  bad_request: 'The request could not be understood.',
  no_route: 'There is nothing at this address.',
  method_refused: 'This method is not allowed.',
  request_timeout: 'The request took too long to arrive.',
  body_too_large: 'The request is too large.',
  headers_too_large: 'The head of the request is too large.',
  encoding_unknown: 'The transfer encoding of the request is not known.',
  loop: 'The request goes in a circle.',
  rate_limited: 'Too many requests. Please try again in a moment.',
  too_many_requests_open: 'Too busy. Please try again in a moment.',
  maintenance: 'Down for maintenance. Please try again soon.',
  no_target: 'Not available at the moment. Please try again soon.',
  connect_failed: 'Not reachable at the moment. Please try again soon.',
  connect_timeout: 'Not reachable at the moment. Please try again soon.',
  reset_before_answer: 'The answer was lost. Please try again.',
  bad_answer: 'The answer could not be understood.',
  response_timeout: 'The answer took too long.',
  drain_timeout: 'The answer took too long.',
  reset_in_answer: 'The answer was cut.',
  idle_timeout: 'The answer was cut.',
  drain_cut: 'The answer was cut.',
  edge_failed: 'Something went wrong here.',
}

export function edgeAnswer(facts: EdgeAnswerFacts): EdgeAnswer {
  const status = facts.status ?? edgeCauses[facts.cause].status
  const [type, body] = bodyFor(facts, facts.message ?? sayings[facts.cause], status)
  const headers = ['Content-Type', `${type}; charset=utf-8`, 'Content-Length', String(Buffer.byteLength(body))]
  headers.push('Cache-Control', 'no-store', edgeHeader, facts.cause, 'X-Request-Id', facts.requestId)
  if (facts.retryAfterSeconds !== undefined) headers.push('Retry-After', String(facts.retryAfterSeconds))
  return { status, headers, body }
}

function bodyFor({ accept, cause, requestId }: EdgeAnswerFacts, message: string, status: number): [string, string] {
  if (accept.includes('text/html')) return ['text/html', htmlPage(message, status, requestId)]
  if (accept.includes('json')) return ['application/json', `${JSON.stringify({ message, cause, requestId })}\n`]
  return ['text/plain', `${message}\n`]
}

function htmlPage(message: string, status: number, requestId: string): string {
  // A whole page of one's own may be given as the message.
  if (/^\s*<(!doctype|html)/i.test(message)) return message
  const style =
    'body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:20vh auto 0;padding:0 1rem;color:#222;background:#fff}' +
    'small{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}small{color:#999}}'
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${status}</title><style>${style}</style><h1>${status}</h1><p>${escapeHtml(message)}</p>` +
    `<small>${escapeHtml(requestId)}</small></html>\n`
  )
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
