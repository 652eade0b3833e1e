/** Task tokens: opaque to their holder, they name one attempt of one visit and cannot be made up. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Attempt } from '../../asl/index.ts'
import { invalidTaskToken } from '../errors.ts'

export type TokenPlace = Attempt & { readonly executionId: number }

const digestBytes = 16

export function makeTaskToken(key: Uint8Array, place: TokenPlace): string {
  const text = `${place.executionId}.${place.frame}.${place.enteredId}.${place.attempt}`
  return Buffer.concat([digestOf(key, text), Buffer.from(text)]).toString('base64url')
}

/** @throws HoldfastError task.token_invalid when this engine did not make it */
export function readTaskToken(key: Uint8Array, token: string): TokenPlace {
  const bytes = Buffer.from(token, 'base64url')
  const text = bytes.subarray(digestBytes).toString()
  const numbers = text.split('.').map(Number)
  const [executionId, frame, enteredId, attempt] = numbers
  if (bytes.length <= digestBytes || !timingSafeEqual(bytes.subarray(0, digestBytes), digestOf(key, text))) {
    throw invalidTaskToken()
  }
  if (executionId === undefined || frame === undefined || enteredId === undefined || attempt === undefined) {
    throw invalidTaskToken()
  }
  return { executionId, frame, enteredId, attempt }
}

const digestOf = (key: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest().subarray(0, digestBytes)
