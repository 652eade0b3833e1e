/** Identifiers. Randomness comes in as an argument, so that tests and replays can repeat it. */

/** Fills with random bytes; in production `crypto.getRandomValues`. */
export type RandomBytes = (length: number) => Uint8Array

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID: 48 bits of milliseconds, 80 random bits, 26 characters that sort by time. */
export function ulid(nowMs: number, randomBytes: RandomBytes): string {
  let time = ''
  let rest = nowMs
  for (let i = 0; i < 10; i++) {
    time = crockford.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  let chance = ''
  for (const byte of randomBytes(16)) chance += crockford.charAt(byte % 32)
  return time + chance
}

/** A random (version 4) UUID. */
export function uuid4(randomBytes: RandomBytes): string {
  return printUuid(randomBytes(16), 4)
}

/** A UUID that sorts by time (version 7): 48 bits of milliseconds, then chance. Neighbours in time are neighbours in an index. */
export function uuid7(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = randomBytes(16)
  for (let i = 0, rest = nowMs; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest % 256
  return printUuid(bytes, 7)
}

const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const dashAfter = new Set([3, 5, 7, 9])

function printUuid(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  let text = ''
  for (let i = 0; i < 16; i++) text += (hexBytes[bytes[i] ?? 0] ?? '') + (dashAfter.has(i) ? '-' : '')
  return text
}
