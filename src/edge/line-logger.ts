/** A logger of JSON lines: the edge carries no library, so that it starts fast and stays small. */
import type { LogFields, Logger } from '../base/index.ts'

export function lineLogger(write: (line: string) => void, now: () => number): Logger {
  const say = (level: string) => (message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields })}\n`)
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
}
