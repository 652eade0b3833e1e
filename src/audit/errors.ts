/** The codes of this folder: what is wrong with a record, a key or a follower. */
import { HoldfastError } from '../base/index.ts'

export const auditErrorCodes = [
  'audit.cause_missing',
  'audit.cursor',
  'audit.cursor_moved',
  'audit.follower_name',
  'audit.key_damaged',
  'audit.key_missing',
  'audit.not_canonical',
  'audit.range',
  'audit.retention',
] as const

export const canonicalRefused = (found: string): HoldfastError =>
  new HoldfastError('audit.not_canonical', `A record cannot hold ${found}`, {
    kind: 'internal',
    accepted: 'finite numbers and well-formed strings',
  })

export const causeMissing = (action: string, actorType: string): HoldfastError =>
  new HoldfastError('audit.cause_missing', `${action}: a record by a ${actorType} must name its cause`, {
    kind: 'internal',
    place: 'cause',
    accepted: 'the alert, change, incident, drill, schedule, execution or human that led to it',
  })

export const cursorInvalid = (cursor: string): HoldfastError =>
  new HoldfastError('audit.cursor', `"${cursor}" is not a cursor of this list`, {
    place: 'cursor',
    accepted: 'the cursor that came with the page before',
  })

export const cursorMoved = (name: string): HoldfastError =>
  new HoldfastError('audit.cursor_moved', `Another process moved the cursor of follower ${name}`, {
    kind: 'conflict',
    place: name,
  })

export const followerTwice = (name: string): HoldfastError =>
  new HoldfastError('audit.follower_name', `There is already a follower ${name}`, { kind: 'conflict', place: name })

export const keyMissing = (file: string): HoldfastError =>
  new HoldfastError('audit.key_missing', `The trail is signed, but its key ${file} is gone`, {
    kind: 'conflict',
    place: file,
    repair: 'restore the key file from your backup; a new key would make the signed heads worthless',
  })

export const keyDamaged = (file: string, cause: unknown): HoldfastError =>
  new HoldfastError('audit.key_damaged', `${file} does not hold a key`, {
    kind: 'conflict',
    place: file,
    repair: 'restore the key file from your backup',
    cause,
  })

export const rangeInvalid = (from: number, to: number): HoldfastError =>
  new HoldfastError('audit.range', `There are no records from ${from} to ${to}`, {
    place: 'from, to',
    accepted: 'whole numbers from 1, from ≤ to',
  })

export const retentionInvalid = (keptForMs: number): HoldfastError =>
  new HoldfastError('audit.retention', `The trail cannot be kept for ${keptForMs} ms`, {
    place: 'keptFor',
    accepted: 'one day or more',
  })
