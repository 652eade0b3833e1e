/** The CLI's own error codes, and the one place that turns an error into an exit code. */
import { HoldfastError, type ErrorDetails, type ErrorKind } from '../base/index.ts'

export const exitCodes = {
  ok: 0,
  /** It was tried and failed: an execution failed, a check found errors, a test case is red. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Somebody said no: permission, a conflict, a limit. */
  refused: 3,
  /** No server answers. */
  unreachable: 5,
  /** Ctrl-C, as shells tell it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Code → what kind of failure it is. */
const codes = {
  'cli.usage': 'invalid',
  'cli.file_unreadable': 'missing',
  'cli.file_invalid': 'invalid',
  'cli.no_execution': 'missing',
  'cli.unreachable': 'unavailable',
  'cli.protocol': 'internal',
  'cli.not_confirmed': 'conflict',
  'cli.not_stopped': 'internal',
  'cli.agent_runs': 'conflict',
  'cli.agent_failed': 'internal',
  'cli.app_unknown': 'missing',
  'cli.file_exists': 'conflict',
} as const satisfies Record<string, ErrorKind>

export type CliErrorCode = keyof typeof codes

export function cliError(code: CliErrorCode, message: string, details: Omit<ErrorDetails, 'kind'> = {}): HoldfastError {
  return new HoldfastError(code, message, { kind: codes[code], ...details })
}

/** Code → how a person at the command line repairs it, where the server cannot know that there is one. */
export const commandRepairs: ReadonlyMap<string, string> = new Map([
  ['execution.missing', 'copy the name from: holdfast executions'],
  [
    'access.unauthenticated',
    "set HOLDFAST_TOKEN to what stands in admin-token in the server's data folder, or unset it where that folder is readable",
  ],
  ['machine.missing', 'holdfast executions shows which machines have run; holdfast asl run FILE makes one'],
  ['execution.exists', 'choose another name with --name, or leave it out for a new one'],
  ['page.cursor_invalid', 'start the list again without --cursor'],
  ['store.folder_in_use', 'stop it first (holdfast down, with the same --data), or choose another folder with --data'],
])

const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  invalid: exitCodes.failed,
  missing: exitCodes.failed,
  internal: exitCodes.failed,
  unauthenticated: exitCodes.refused,
  forbidden: exitCodes.refused,
  conflict: exitCodes.refused,
  too_large: exitCodes.refused,
  exhausted: exitCodes.refused,
  unavailable: exitCodes.unreachable,
}

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof HoldfastError)) return exitCodes.failed
  return isUsage(error) ? exitCodes.usage : exitCodeOfKind[error.kind]
}

/** The command line is wrong, or names a file that cannot be read: nothing was tried. */
const isUsage = ({ code }: HoldfastError): boolean => code === 'cli.usage' || code === 'cli.file_unreadable'
