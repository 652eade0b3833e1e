/** What S3 wants to be asked again for: it is busy, or something in it went wrong. A Map Run is not to fail of that. */
import type { Clock, RandomBytes } from '../base/index.ts'

export type Patience = { readonly clock: Clock; readonly randomBytes: RandomBytes }

/** With the waits between them about half a minute. */
const mostTries = 8
const firstWaitMs = 250
const longestWaitMs = 10_000

/** Asks again, later each time, while what fails may pass; in the end it fails as the last try did. */
export async function persistently<Answer>(
  { clock, randomBytes }: Patience,
  ask: () => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === mostTries || signal?.aborted || !mayPass(error)) throw error
    }
    const most = Math.min(firstWaitMs * 2 ** (tries - 1), longestWaitMs)
    // Between half and whole: those who were sent away together do not come back together.
    await waited(clock, (most * (1 + (randomBytes(1)[0] ?? 0) / 255)) / 2, signal)
  }
}

/** Ends early, and quietly, when the signal says so: the next try fails by it. */
function waited(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.alarm(clock.now() + ms, end)
    signal?.addEventListener('abort', end)
  })
}

const passingStatuses = new Set([429, 500, 502, 503, 504])
/** S3 tells of some of them with a status of 400, or within an answer of 200. */
const passingNames = new Set(['SlowDown', 'InternalError', 'ServiceUnavailable', 'RequestTimeout', 'TimeoutError'])
const passingCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'])

/** What the SDK threw stands behind what we throw. */
function mayPass(failure: unknown): boolean {
  const { name, code, $metadata } = Object(Object(failure).cause)
  return passingStatuses.has(Object($metadata).httpStatusCode) || passingNames.has(name) || passingCodes.has(code)
}
