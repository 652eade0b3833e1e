/** An error for the person who must act: what failed, where, what is accepted, how to repair it. */
import { HoldfastError } from '../base/index.ts'
import { asCalled } from './command-line.ts'
import { commandRepairs } from './errors.ts'
import { type Paint, paintFor, printable } from './paint.ts'
import { ReportedError } from './reported-error.ts'
import { wrap } from './width.ts'
import { textWidth, type World } from './world.ts'

export function printError(error: unknown, world: World): string {
  const paint = paintFor(world.err, world.environment)
  const width = textWidth(world.err)
  if (error instanceof ReportedError) return `${error.report({ paint, width })}\n`
  if (!(error instanceof HoldfastError)) return `${paint.state('failed', unexpected(error))}\n`
  const [head = '', ...more] = wrap(printable(error.message), width - 2)
  return [
    `${paint.state('failed', head)}`,
    ...more.map((line) => `  ${line}`),
    ...labelled(
      detailsOf(error, world).filter(([, text]) => !says(error, text)),
      paint,
      width,
    ),
    '',
  ].join('\n')
}

type Detail = readonly [label: string, text: string | undefined]

/** Lines of `label  text`; a text too long for its line goes on under itself. */
export function labelled(details: readonly Detail[], paint: Paint, width: number): readonly string[] {
  const present = details.flatMap(([label, text]) =>
    text === undefined || text === '' ? [] : [[label, text] as const],
  )
  const column = Math.max(8, ...present.map(([label]) => label.length))
  return present.flatMap(([label, text]) => {
    const [first = '', ...rest] = wrap(printable(text), width - column - 4)
    return [`  ${paint.dim(label.padEnd(column))}  ${first}`, ...rest.map((line) => `${' '.repeat(column + 4)}${line}`)]
  })
}

export function errorAsJson(error: unknown, world: World): string {
  const body =
    error instanceof HoldfastError
      ? {
          code: error.code,
          message: error.message,
          ...Object.fromEntries(detailsOf(error, world)),
          retryable: error.retryable,
        }
      : { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false }
  return `${JSON.stringify({ error: body })}\n`
}

function detailsOf(error: HoldfastError, world: World): readonly Detail[] {
  const repair = commandRepairs.get(error.code) ?? error.repair
  return [
    ['place', error.place],
    ['accepted', error.accepted],
    ['repair', repair === undefined ? undefined : asCalled(world, repair)],
    ['code', error.code],
  ]
}

/** The message often holds the place already. */
const says = ({ message }: HoldfastError, text: string | undefined): boolean =>
  text !== undefined && message.includes(text)

/** A defect of ours: the stack helps whoever mends it. */
function unexpected(error: unknown): string {
  return error instanceof Error ? printable(error.stack ?? error.message) : String(error)
}
