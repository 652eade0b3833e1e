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
  /** A deployment was halted, or waits for a person to decide. */
  halted: 4,
  /** No server answers. */
  unreachable: 5,
  /** Ctrl-C, as shells tell it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Code → what kind of failure it is. */
const codes = {
  'cli.usage': 'invalid',
  'cli.insecure_http': 'invalid',
  'cli.file_unreadable': 'missing',
  'cli.file_invalid': 'invalid',
  'cli.release_invalid': 'invalid',
  'cli.not_confirmed': 'conflict',
  'cli.pipeline_refused': 'unauthenticated',
  'cli.plan_refused': 'conflict',
  'cli.key_unreadable': 'missing',
  'cli.key_unregistered': 'forbidden',
  'cli.no_deployment': 'missing',
  'cli.no_execution': 'missing',
  'cli.unreachable': 'unavailable',
  'cli.protocol': 'internal',
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
  ['deploy.key_unknown', 'ask whoever may to run: holdfast keys add FILE --name NAME'],
  ['deploy.key_missing', 'copy the id from: holdfast keys list'],
  ['deploy.lock_missing', 'holdfast locks shows what is locked'],
  ['deploy.deployment_missing', 'copy the id from: holdfast history'],
  ['deploy.release_missing', 'copy the release from: holdfast history'],
  [
    'deploy.release_older',
    'sign it anew by deploying the file again; to return to an older release: holdfast rollback',
  ],
  ['deploy.committed', 'it is done but for cleaning up; to go back: holdfast rollback PROJECT CONFIG'],
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

/** Where the kind alone would tell a wrong story: nothing was tried, or somebody said no. */
const exitCodeOfCode: ReadonlyMap<string, ExitCode> = new Map([
  ['cli.usage', exitCodes.usage],
  ['cli.insecure_http', exitCodes.usage],
  ['cli.file_unreadable', exitCodes.usage],
  ['cli.release_invalid', exitCodes.usage],
  // Of the folder of a release, measured here before anything is sent.
  ['host.artifact_unsafe', exitCodes.usage],
  ['host.artifact_too_large', exitCodes.usage],
  ['cli.key_unreadable', exitCodes.usage],
  ['deploy.release_invalid', exitCodes.usage],
  ['deploy.target_unknown', exitCodes.usage],
  ['deploy.request_invalid', exitCodes.usage],
  ['deploy.state_unknown', exitCodes.usage],
  ['deploy.key_invalid', exitCodes.usage],
  ['deploy.release_stale', exitCodes.refused],
  ['deploy.release_future', exitCodes.refused],
  ['deploy.lock_settling', exitCodes.refused],
])

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof HoldfastError)) return exitCodes.failed
  return exitCodeOfCode.get(error.code) ?? exitCodeOfKind[error.kind]
}
