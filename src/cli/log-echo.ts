/** Lines of the log that a person at the terminal of `up` should see at once: warnings and errors, in one line each. */
import { z } from 'zod'
import { icon, type Paint, printable } from './paint.ts'

const logLine = z.object({
  level: z.enum(['warn', 'error']),
  message: z.string(),
  error: z.object({ message: z.string() }).optional(),
  /** Which task of which procedure it is about. */
  procedure: z.string().optional(),
  stateName: z.string().optional(),
  /** A line of the user's own. */
  at: z.string().optional(),
})

/** Undefined for what only the log file needs. `line` is one line of JSON. */
export function echoOf(line: string, paint: Paint): string | undefined {
  // Most lines are neither; they are not parsed.
  if (!/^\{"level":"(?:warn|error)"/.test(line)) return undefined
  const { data } = logLine.safeParse(JSON.parse(line))
  if (data === undefined) return undefined
  const tone = data.level === 'error' ? 'failed' : 'halted'
  const why = data.error === undefined ? '' : `: ${data.error.message}`
  const where = data.at === undefined ? '' : `\n  ${paint.dim('at')} ${printable(data.at)}`
  const who = [data.procedure, data.stateName].filter((name) => name !== undefined).join(' / ')
  return `${paint.tone(tone, icon(tone))} ${printable(`${who === '' ? '' : `${who}: `}${data.message}${why}`)}${where}\n`
}
