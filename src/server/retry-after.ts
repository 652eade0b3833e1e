import type { HoldfastError } from '../base/index.ts'

/** When a refused request is worth repeating: a full disk takes a person, being busy passes. */
export function retryAfterSeconds(error: HoldfastError): number | undefined {
  if (error.kind === 'exhausted') return 30
  return error.retryable ? 1 : undefined
}
