/** Whether a failed try may be repeated. Only what cannot have had an effect, or has the same effect twice, is. */
import type { RetryPolicy } from '../contract.ts'

export type FailedTry = {
  readonly method: string
  /** Repeats so far. */
  readonly repeats: number
  /** Whether a connection to the target was there: without one nothing was sent. */
  readonly connected: boolean
  /** The connection had carried a request before: the target may have closed it just as we wrote. */
  readonly reusedConnection: boolean
  /** Bytes of an answer. One is enough to know that the request was being worked on. */
  readonly answerBytes: number
  readonly hasBody: boolean
  /** Bytes of the body that left for the target. */
  readonly bodyBytesSent: number
  /** The body, or all of it that was taken from the client, is still held. */
  readonly bodyReplayable: boolean
  readonly clientGone: boolean
}

export type RetryVerdict = { readonly repeat: boolean; readonly because: string }

export function judgeRetry(tried: FailedTry, policy: RetryPolicy): RetryVerdict {
  if (tried.clientGone) return no('the client is gone')
  if (tried.repeats >= policy.attempts) return no('no repeats left')
  if (!tried.connected) {
    return policy.connectFailure ? yes('nothing was sent') : no('repeating after a failed connection is turned off')
  }
  if (tried.answerBytes > 0) return no('the answer had begun')
  if (!tried.reusedConnection) return no('the connection was new: the request may have been worked on')
  if (!policy.reusedConnection) return no('repeating after a broken kept connection is turned off')
  if (tried.hasBody && tried.bodyBytesSent === 0) return yes('the body was not sent')
  if (!isIdempotent(tried.method)) return no(`${tried.method} is not idempotent`)
  if (tried.hasBody && !tried.bodyReplayable) return no('the body is no longer held')
  return yes('idempotent, on a kept connection that broke')
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

export function isIdempotent(method: string): boolean {
  return idempotent.has(method)
}

const yes = (because: string): RetryVerdict => ({ repeat: true, because })
const no = (because: string): RetryVerdict => ({ repeat: false, because })
