/** The codes of this folder: what keeps a connection from being made, taken away or used. */
import { HoldfastError } from '../base/index.ts'

export const connectionErrorCodes = [
  'connection.configured',
  'connection.exists',
  'connection.invalid',
  'connection.missing',
  'connection.unreadable',
] as const

export const connectionInvalid = (place: string, expected: string): HoldfastError =>
  new HoldfastError('connection.invalid', `A connection cannot be made from this request: ${expected}`, {
    kind: 'invalid',
    place,
    accepted: expected,
  })

export const connectionExists = (name: string): HoldfastError =>
  new HoldfastError('connection.exists', `There is a connection ${name} already`, {
    kind: 'conflict',
    place: 'name',
    repair: 'choose another name, or replace it',
  })

export const connectionConfigured = (name: string): HoldfastError =>
  new HoldfastError('connection.configured', `The connection ${name} stands in the configuration`, {
    kind: 'conflict',
    place: 'name',
    repair: 'change it in holdfast.config.ts and start again, or choose another name',
  })

export const connectionMissing = (name: string): HoldfastError =>
  new HoldfastError('connection.missing', `There is no connection ${name}`, { kind: 'missing', place: 'name' })

export const connectionUnreadable = (name: string, cause: unknown): HoldfastError =>
  new HoldfastError('connection.unreadable', `The secrets of the connection ${name} cannot be opened`, {
    kind: 'internal',
    place: name,
    repair: 'they were sealed with another task-token.key: restore that file, or add the connection again',
    cause,
  })
