/**
 * The one error type that people see: what failed, which name, what is accepted, and the repair.
 * Each domain lists its codes in its own `errors.ts`; `kind` decides the HTTP status and the exit code in one place each.
 */

export type ErrorKind =
  | 'invalid' // the request itself is wrong
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict' // not in this state, or it exists already
  | 'too_large'
  | 'exhausted' // a quota or the disk: retry after the cause is mended
  | 'unavailable' // not now; retrying helps
  | 'internal'

export type ErrorDetails = {
  /** Where: `line 3, column 7`, `/States/Pay/Next`, a field name. */
  readonly place?: string
  /** What would have been accepted. */
  readonly accepted?: string
  /** What the reader can do, ideally a command. */
  readonly repair?: string
  readonly kind?: ErrorKind
  /** Whether the same call may succeed later without a change. */
  readonly retryable?: boolean
  /** When it may, where that is known. */
  readonly retryAfterMs?: number | undefined
  /** What is known of whom it is about. For the audit trail: the caller is not told. */
  readonly about?: Readonly<Record<string, string>> | undefined
  readonly cause?: unknown
}

export class HoldfastError extends Error {
  /** Stable, `domain.reason`. */
  readonly code: string
  readonly kind: ErrorKind
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly place: string | undefined
  readonly accepted: string | undefined
  readonly repair: string | undefined
  declare readonly about: Readonly<Record<string, string>> | undefined

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HoldfastError'
    this.code = code
    this.kind = details.kind ?? 'invalid'
    this.retryable = details.retryable ?? (this.kind === 'unavailable' || this.kind === 'exhausted')
    this.retryAfterMs = details.retryAfterMs
    this.place = details.place
    this.accepted = details.accepted
    this.repair = details.repair
    // Not among what is written when an error is made text: somebody may answer with that.
    Object.defineProperty(this, 'about', { value: details.about, enumerable: false })
  }
}

/** The nearest of the accepted words to a mistyped one, or undefined when none is near. */
export function nearestWord(word: string, accepted: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of accepted) {
    // No fewer edits than the lengths differ by: a hostile word of kilobytes is not even compared.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap))
    }
    row = next
  }
  return row[b.length] ?? 0
}
