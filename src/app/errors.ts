/** Codes of this folder: what is wrong with a configuration or a data folder. */
import { HoldfastError, type ErrorDetails, type ErrorKind } from '../base/index.ts'

const kinds = {
  'app.config_unreadable': 'invalid',
  'app.config_invalid': 'invalid',
  'app.procedure_refused': 'invalid',
  'app.account_changed': 'conflict',
  'app.folder_damaged': 'internal',
  'app.identity_differs': 'conflict',
  'app.auth_none_exposed': 'forbidden',
  'app.other_nodes': 'conflict',
  'app.plain_http_exposed': 'forbidden',
  'app.server_unproven': 'unavailable',
  'app.not_running': 'unavailable',
  'app.not_answering': 'unavailable',
  'app.folder_too_deep': 'invalid',
  'app.platform': 'invalid',
  'app.agent_failed': 'internal',
} as const satisfies Record<string, ErrorKind>

export type AppErrorCode = keyof typeof kinds
export const appErrorCodes = Object.keys(kinds)

export function appError(code: AppErrorCode, message: string, details: Omit<ErrorDetails, 'kind'> = {}): HoldfastError {
  return new HoldfastError(code, message, { kind: kinds[code], ...details })
}
