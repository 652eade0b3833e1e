/** Every error of the edge that a caller sees. What clients of the edge see are `edgeCauses` in contract.ts. */
import { type ErrorDetails, type ErrorKind, HoldfastError } from '../base/index.ts'
import type { ListenerSettings } from './contract.ts'

export const edgeErrors = {
  'edge.routes_invalid': { kind: 'invalid', repair: 'push the routes again as the contract says' },
  'edge.settings_invalid': {
    kind: 'invalid',
    repair: 'mend the settings or the file named; the old ones stay in force',
  },
  'edge.version_stale': { kind: 'conflict', repair: 'read the routes in force and push a higher version' },
  'edge.target_unknown': { kind: 'missing', repair: 'read the status for the targets in force' },
  'edge.request_unknown': { kind: 'missing', repair: 'use the client of this version of Holdfast' },
  'edge.request_invalid': { kind: 'invalid', repair: 'send JSON as the contract says' },
  'edge.worker_silent': { kind: 'unavailable', repair: 'try again: a silent worker is replaced by itself' },
  'edge.unreachable': { kind: 'unavailable', repair: 'start the edge, or look into edge.log in its folder' },
  'edge.already_running': { kind: 'conflict', repair: 'use the one that runs, or stop it first' },
  'edge.port_taken': { kind: 'conflict', repair: 'free the port, or give the listener another' },
  'edge.folder_damaged': { kind: 'internal', repair: 'move the file away and push the routes again' },
  'edge.failed': { kind: 'internal', repair: 'look into edge.log in the folder of the edge' },
} as const satisfies Readonly<Record<string, { readonly kind: ErrorKind; readonly repair: string }>>

export type EdgeErrorCode = keyof typeof edgeErrors

export function edgeError(code: EdgeErrorCode, message: string, details: ErrorDetails = {}): HoldfastError {
  return new HoldfastError(code, message, { ...edgeErrors[code], ...details })
}

/** Binding does not find out about everybody: two may have bound a port of which then only one can listen. */
export function portTaken({ name, host, port }: Pick<ListenerSettings, 'name' | 'host' | 'port'>, cause: unknown) {
  return edgeError('edge.port_taken', `Another process listens on ${host}:${port}`, {
    place: `/listeners/${name}`,
    cause,
  })
}

export function isEdgeErrorCode(code: unknown): code is EdgeErrorCode {
  return typeof code === 'string' && Object.hasOwn(edgeErrors, code)
}

/** What an error says, for logs and evidence. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : ''
  return error.message === '' ? inner : error.message
}

/** Node's code of a failed system call: `ECONNREFUSED`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** An error as it crosses a process border. */
export type WireError = {
  readonly code: string
  readonly message: string
  readonly place?: string
  readonly accepted?: string
  readonly repair?: string
}

export function wireError(error: unknown): WireError {
  if (!(error instanceof HoldfastError)) return { code: 'edge.failed', message: messageOf(error) }
  const { code, message, place, accepted, repair } = error
  return { code, message, place, accepted, repair }
}

export function errorFromWire({ code, message, place, accepted, repair }: WireError): HoldfastError {
  const known = isEdgeErrorCode(code) ? code : 'edge.failed'
  return edgeError(known, message, { place, accepted, ...(repair === undefined ? {} : { repair }) })
}
