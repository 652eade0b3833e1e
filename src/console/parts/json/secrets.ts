/** Whether a member looks like a secret by its name: then its value is shown only when it is asked for. Pure. */
const wholeNames = /^(pass|pwd|pin|cvv|auth)$/i
const partsOfNames =
  /passw(or)?d|passphrase|secret|token|authorization|api[-_]?key|access[-_]?key|private[-_]?key|credential|cookie/i
/** Names that hold one of them and are none. */
const harmless = /^(next|page|client|task|idempotency)[-_]?token$|tokens?(count|used|limit)|secret(arn|name|id)$/i

export function looksSecret(name: string): boolean {
  return (wholeNames.test(name) || partsOfNames.test(name)) && !harmless.test(name)
}
