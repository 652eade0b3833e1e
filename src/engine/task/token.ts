/** Task tokens: opaque to their holder, they name one attempt of one visit and cannot be made up. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Attempt } from '../../asl/index.ts'
import { invalidTaskToken } from '../errors.ts'

export type TokenPlace = Attempt & { readonly executionId: number }

const digestBytes = 16

export function makeTaskToken(key: Uint8Array, place: TokenPlace): string {
  const text = `${place.executionId}.${place.frame}.${place.enteredId}.${place.attempt}`
  // The place first: it begins with a digit, so the token begins with a letter. One that begins with "-" looks like an option
  // to the `aws` command.
  return Buffer.concat([Buffer.from(text), digestOf(key, text)]).toString('base64url')
}

/** @throws HoldfastError task.token_invalid when this engine did not make it */
export function readTaskToken(key: Uint8Array, token: string): TokenPlace {
  const bytes = Buffer.from(token, 'base64url')
  const text = bytes.subarray(0, -digestBytes).toString()
  const [executionId, frame, enteredId, attempt] = text.split('.').map(Number)
  if (executionId === undefined || frame === undefined || enteredId === undefined || attempt === undefined) {
    throw invalidTaskToken()
  }
  if (!timingSafeEqual(bytes.subarray(-digestBytes), digestOf(key, text))) throw invalidTaskToken()
  const place = { executionId, frame, enteredId, attempt }
  // Decoding skips what is no base64url: only the very text that was handed out will do.
  if (makeTaskToken(key, place) !== token) throw invalidTaskToken()
  return place
}

const digestOf = (key: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest().subarray(0, digestBytes)
