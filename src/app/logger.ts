/** The log: JSON lines by pino, behind the logger that the domains know. */
import { pino } from 'pino'
import type { LogFields, Logger } from '../base/index.ts'
import type { LogLevel } from './configuration/schema.ts'

/** Takes one line at a time, with its line end. */
export type LogDestination = { write(line: string): void }

export function createLogger(level: LogLevel, destination: LogDestination): Logger {
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      // Fields are chosen by hand where they are logged; these names never hold anything else than secrets.
      redact: {
        paths: ['authorization', 'token', 'secret', '*.authorization', '*.token', '*.secret'],
        censor: '[redacted]',
      },
    },
    destination,
  )
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      log[name](fields, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
