import type { HoldfastError } from '../base/index.ts'

/** When a refused request is worth repeating: a full disk takes a person, being busy passes. */
export function retryAfterSeconds(error: HoldfastError): number | undefined {
  if (error.retryAfterMs !== undefined) return Math.max(1, Math.ceil(error.retryAfterMs / 1000))
  if (error.kind === 'exhausted') return 30
  return error.retryable ? 1 : undefined
}
