/** Whether a member looks like a secret by its name: then its value is shown only when it is asked for. Pure. */
import { isJsonArray, isJsonObject, type Json } from './json.ts'

const wholeNames = /^(pass|pwd|pin|cvv|auth)$/i
const partsOfNames =
  /passw(or)?d|passphrase|secret|token|authorization|api[-_]?key|access[-_]?key|private[-_]?key|credential|cookie/i
/** Names that hold one of them and are none. */
const harmless = /^(next|page|client|task|idempotency)[-_]?token$|tokens?(count|used|limit)|secret(arn|name|id)$/i

export function looksSecret(name: string): boolean {
  return (wholeNames.test(name) || partsOfNames.test(name)) && !harmless.test(name)
}

const mask = '••••••'

/** The value with every member masked that looks like a secret. */
export function withoutSecrets(value: Json): Json {
  if (isJsonArray(value)) return value.map(withoutSecrets)
  if (!isJsonObject(value)) return value
  return new Map([...value].map(([name, member]) => [name, looksSecret(name) ? mask : withoutSecrets(member)]))
}
