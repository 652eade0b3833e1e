/** What the checker finds in a definition, for people: each finding with the line to open in an editor. */
import { checkDefinition, describeDiagnostics, type Diagnostic } from '../asl/index.ts'
import { type HoldfastError, JsonSyntaxError, parseJson, sourcePlaceOf } from '../base/index.ts'
import { createExpressions, type Expressions } from '../jsonata/index.ts'
import type { Definition } from './definitions.ts'
import { icon, printable } from './paint.ts'
import { ReportedError, type ReportStyle } from './reported-error.ts'
import { wrap } from './width.ts'

/** Errors first. */
export function findingsOf(
  { text }: Definition,
  expressions: Expressions = createExpressions(),
  type: 'STANDARD' | 'EXPRESS' = 'STANDARD',
): readonly Diagnostic[] {
  return checkDefinition(text, { type, expressions })
}

/** For a command that needs a valid definition: an error with every finding, as `asl check` shows them. */
export function invalidDefinition(definition: Definition, errors: readonly Diagnostic[]): HoldfastError {
  return new ReportedError(
    'cli.file_invalid',
    describeDiagnostics(errors),
    (style) => reportFindings(definition, errors, style),
    { kind: 'invalid', place: errors[0]?.location ?? definition.name },
  )
}

export const isError = ({ severity }: Diagnostic): boolean => severity === 'ERROR'

/** The verdict, then each finding. */
export function reportFindings(definition: Definition, found: readonly Diagnostic[], style: ReportStyle): string {
  const { paint } = style
  const errors = found.filter(isError).length
  const count = [
    ...(errors === 0 ? [] : [counted(errors, 'error')]),
    ...(found.length === errors ? [] : [counted(found.length - errors, 'warning')]),
  ].join(', ')
  const verdict =
    errors > 0
      ? paint.state('failed', `${definition.name}: ${count}`)
      : paint.state('done', `${definition.name} is a valid state machine${count === '' ? '' : `; ${count}`}`)
  return [verdict, ...found.flatMap((finding) => reportOne(finding, definition, style))].join('\n')
}

function reportOne(finding: Diagnostic, definition: Definition, { paint, width }: ReportStyle): readonly string[] {
  const tone = isError(finding) ? 'failed' : 'halted'
  const { place, message } = inPlainWords(finding, definition)
  const words = wrap(`${printable(message)}  ${finding.code}`, width - 4).join('\n    ')
  return [
    `  ${paint.tone(tone, icon(tone))} ${paint.bold(printable(place))}`,
    `    ${words.slice(0, -finding.code.length)}${paint.dim(finding.code)}`,
  ]
}

/** AWS's words, but for those that only a machine wants to read. */
function inPlainWords({ message, location }: Diagnostic, { name, text, isSource }: Definition) {
  const fault = isSource ? syntaxFault(text) : undefined
  if (fault !== undefined) return { place: `${name}:${fault.line}:${fault.column}`, message: fault.reason }
  if (location === undefined) return { place: name, message: shortenLists(message) }
  const { line, column } = sourcePlaceOf(text, location)
  return {
    place: isSource ? `${name}:${line}:${column}  ${location}` : location,
    message: shortenLists(message),
  }
}

function syntaxFault(text: string): JsonSyntaxError | undefined {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error
    throw error
  }
}

const namesShown = 5

/** `[A, B, …]` with forty names tells nobody anything. */
function shortenLists(message: string): string {
  return message.replaceAll(/\[([^[\]]+)\]/g, (list, inner: string) => {
    const names = inner.split(', ')
    if (names.length <= namesShown + 1) return list
    return `[${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more]`
  })
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
