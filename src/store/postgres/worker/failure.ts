/** What goes wrong on a connection, as the store is told of it. */
import type { Failure } from '../wire.ts'
import { PipelineError } from './pipeline.ts'

export class UnknownFate extends Error {
  constructor(cause: unknown) {
    super('nobody knows whether it was committed', { cause })
  }
}

export function failureOf(error: unknown): Failure {
  const cause = error instanceof PipelineError || error instanceof UnknownFate ? causeOf(error) : error
  return {
    code: codeOf(cause),
    message: cause instanceof Error ? cause.message : String(cause),
    ...textIn(cause, 'detail'),
    ...textIn(cause, 'table'),
    lost: isLost(cause),
    ...(error instanceof UnknownFate ? { unknown: true } : {}),
    step: error instanceof PipelineError ? error.step : 0,
  }
}

function causeOf(error: Error): unknown {
  return error.cause instanceof PipelineError ? error.cause.cause : error.cause
}

function textIn(error: unknown, name: 'detail' | 'table'): Record<string, string> {
  const found: unknown = error instanceof Error && name in error ? Reflect.get(error, name) : undefined
  return typeof found === 'string' ? { [name]: found } : {}
}

export function codeOf(error: unknown): string | undefined {
  // When every address of a name refuses, each refusal is inside.
  if (error instanceof AggregateError && codeIn(error) === undefined) return codeIn(error.errors[0])
  return codeIn(error)
}

const codeIn = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** A SQLSTATE is the answer of a server; it has ended the connection where it says so. Without one there was no answer. */
export function isLost(error: unknown): boolean {
  if (error instanceof Error && 'severity' in error && error.severity !== 'ERROR') return true
  return !/^(?=.*\d)[0-9A-Z]{5}$/.test(codeOf(error) ?? '')
}
