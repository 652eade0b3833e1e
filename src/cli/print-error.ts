/** An error for the person who must act: what failed, where, what is accepted, how to repair it. */
import { HoldfastError } from '../base/index.ts'
import { type Paint, printable } from './paint.ts'

export function printError(error: unknown, paint: Paint): string {
  if (!(error instanceof HoldfastError)) return `${paint.state('failed', unexpected(error))}\n`
  const lines = [
    ['place', error.place],
    ['accepted', error.accepted],
    ['repair', error.repair],
    ['code', error.code],
  ] as const
  const details = lines.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${paint.dim(label.padEnd(8))}  ${printable(text)}`],
  )
  return [paint.state('failed', printable(error.message)), ...details, ''].join('\n')
}

export function errorAsJson(error: unknown): string {
  const body =
    error instanceof HoldfastError
      ? {
          code: error.code,
          message: error.message,
          place: error.place,
          accepted: error.accepted,
          repair: error.repair,
          retryable: error.retryable,
        }
      : { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false }
  return `${JSON.stringify({ error: body })}\n`
}

/** A defect of ours: the stack helps whoever mends it. */
function unexpected(error: unknown): string {
  return error instanceof Error ? printable(error.stack ?? error.message) : String(error)
}
