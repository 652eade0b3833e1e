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
  const bytes = randomBytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
