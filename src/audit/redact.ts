/** Secrets in records: only whether two are equal can be told, and only by who holds the key. */
import { createHmac } from 'node:crypto'
import { canonicalJson, type PlainJson } from './canonical.ts'

/** Twelve hex digits of an HMAC: a plain hash of a short secret could be guessed. */
export type Redacted = { readonly $redacted: string }

export function redactWith(key: Uint8Array, secret: PlainJson): Redacted {
  return { $redacted: createHmac('sha256', key).update(canonicalJson(secret)).digest('hex').slice(0, 12) }
}
