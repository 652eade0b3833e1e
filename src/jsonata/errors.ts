/** The codes of this folder. Failures of expressions are no errors: they are outcomes. */
import { HoldfastError } from '../base/index.ts'

export const jsonataErrorCodes = ['jsonata.closed', 'jsonata.worker'] as const

export const closed = (): HoldfastError =>
  new HoldfastError('jsonata.closed', 'Expressions are not evaluated any more: Holdfast is shutting down', {
    kind: 'unavailable',
  })

export const workerFailed = (cause: unknown): HoldfastError =>
  new HoldfastError('jsonata.worker', 'The worker that evaluates slow expressions failed', {
    kind: 'internal',
    repair: 'report it with the log around this moment; the expression is evaluated again at the next start',
    cause,
  })
