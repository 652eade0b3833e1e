/** From what a client sees to the cause of a failure. Pure. */

/**
 * - `refused`, `reset`, `timeout`, `truncated`: of the connection; `edge`: a 5xx made by the balancer, its own cause in the detail
 * - `application-error`: any other 5xx; `unexpected-status`: an answer that is neither good nor a 5xx
 * - `corrupt`: another body than the right one; `unnamed`: a good answer without release or process
 * - `wrong-release`: a release that had no traffic then, or a process that answers for two
 * - `message-lost`, `socket-cut`: WebSocket; `event-lost`, `stream-cut`: event streams
 * - `switch-failed`: a deploy or rollback that did not succeed
 * - `own`: of the load's own making (no ports, no descriptors, too much under way); never the server's, never left out
 */
export const failureCauses = [
  'refused',
  'reset',
  'timeout',
  'truncated',
  'edge',
  'application-error',
  'unexpected-status',
  'corrupt',
  'unnamed',
  'wrong-release',
  'message-lost',
  'socket-cut',
  'event-lost',
  'stream-cut',
  'switch-failed',
  'own',
] as const
export type FailureCause = (typeof failureCauses)[number]

export type Problem = { readonly cause: FailureCause; readonly detail: string }

/** An error of the connection. `headSeen`: the head of the answer had come. */
export function classifyError(error: { readonly code?: string; readonly message: string }, headSeen: boolean): Problem {
  const detail = error.code === undefined ? error.message : `${error.code} ${error.message}`
  switch (error.code) {
    case 'ECONNREFUSED':
      return { cause: 'refused', detail }
    case 'ECONNRESET':
    case 'EPIPE':
      return { cause: headSeen ? 'truncated' : 'reset', detail }
    case 'ETIMEDOUT':
      return { cause: 'timeout', detail }
    default:
      if (error.code?.startsWith('HPE_') === true) return { cause: 'corrupt', detail }
      return { cause: 'own', detail }
  }
}

export type AnswerHead = {
  readonly status: number
  /** `x-holdfast-edge`: the balancer made this answer itself, and why. */
  readonly edgeCause: string | undefined
  readonly release: string | undefined
  readonly pid: string | undefined
}

/** What is wrong with a whole answer; undefined when nothing is. */
export function classifyAnswer(head: AnswerHead, isBodyRight: boolean): Problem | undefined {
  const { status, edgeCause, release, pid } = head
  if (edgeCause !== undefined) return { cause: 'edge', detail: `${status} ${edgeCause}` }
  if (status >= 500) return { cause: 'application-error', detail: String(status) }
  if (status !== 200) return { cause: 'unexpected-status', detail: String(status) }
  if (release === undefined || pid === undefined) return { cause: 'unnamed', detail: 'no x-release-id or x-pid' }
  return isBodyRight ? undefined : { cause: 'corrupt', detail: 'another body than the right one' }
}

/** How a WebSocket closed: 1001 at the end of a drain is the way it should be, anything else a cut. */
export function classifySocketClose(code: number): Problem | undefined {
  if (code === 1001) return undefined
  return { cause: 'socket-cut', detail: `closed with ${code}` }
}
