/** Codes of this folder: what a host refuses, and what went wrong on it. */
import { HoldfastError, type ErrorDetails, type ErrorKind } from '../base/index.ts'
import type { Failure } from './contract.ts'

const kinds = {
  'host.command_invalid': 'invalid',
  'host.key_reused': 'conflict',
  'host.term_over': 'conflict',
  'host.route_taken': 'conflict',
  'host.instance_serving': 'conflict',
  'host.targets_unhealthy': 'unavailable',
  'host.edge_missing': 'missing',
  'host.internal': 'internal',
  'host.folder_damaged': 'internal',
  'host.instance_exists': 'conflict',
  'host.instance_missing': 'missing',
  'host.instance_unprovable': 'conflict',
  'host.copy_missing': 'missing',
  'host.secret_missing': 'missing',
  'host.secret_forbidden': 'forbidden',
  'host.user_unknown': 'missing',
  'host.user_forbidden': 'forbidden',
  'host.port_taken': 'conflict',
  'host.ports_exhausted': 'exhausted',
  'host.disk_full': 'exhausted',
  'host.artifact_forbidden': 'forbidden',
  'host.artifact_refused': 'forbidden',
  'host.artifact_missing': 'missing',
  'host.artifact_unreachable': 'unavailable',
  'host.artifact_digest': 'invalid',
  'host.artifact_unsafe': 'invalid',
  'host.artifact_damaged': 'invalid',
  'host.artifact_too_large': 'too_large',
  'host.build_failed': 'invalid',
  'host.build_timeout': 'unavailable',
  'host.command_failed': 'invalid',
  'host.command_lost': 'conflict',
  'host.unknown': 'missing',
  'host.away': 'unavailable',
  'host.name_taken': 'conflict',
  'host.enrol_invalid': 'invalid',
  'host.report_invalid': 'invalid',
  'host.superseded': 'conflict',
  'host.has_instances': 'conflict',
  'host.closing': 'unavailable',
} as const satisfies Record<string, ErrorKind>

export type HostErrorCode = keyof typeof kinds
export const hostErrorCodes = Object.keys(kinds)

export function hostError(
  code: HostErrorCode,
  message: string,
  details: Omit<ErrorDetails, 'kind'> = {},
): HoldfastError {
  return new HoldfastError(code, message, { kind: kinds[code], ...details })
}

/** Codes of the operating system that mean the same to whoever waits for a deploy. */
const fullDisk = new Set(['ENOSPC', 'EDQUOT'])

/** Anything thrown, as an error that a person can act on. */
export function asHostError(fault: unknown): HoldfastError {
  if (fault instanceof HoldfastError) return fault
  const code = codeOf(fault)
  const message = fault instanceof Error ? fault.message : String(fault)
  if (code !== undefined && fullDisk.has(code)) {
    return hostError('host.disk_full', `The host's disk is full: ${message}`, {
      repair: 'free space where the agent keeps its data, then try again',
      cause: fault,
    })
  }
  return hostError('host.internal', `The agent failed: ${message}`, { retryable: true, cause: fault })
}

export function codeOf(fault: unknown): string | undefined {
  return fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined
}

export function failureOf(fault: unknown): Failure {
  const { code, message, kind, retryable, place, accepted, repair } = asHostError(fault)
  return {
    code,
    message,
    kind,
    retryable,
    ...(place === undefined ? {} : { place }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(repair === undefined ? {} : { repair }),
  }
}
