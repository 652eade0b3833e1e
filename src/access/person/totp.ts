/** Codes of an authenticator (RFC 6238): six digits, half a minute each. */
import { Secret, TOTP } from 'otpauth'
import type { RandomBytes } from '../../base/index.ts'

const periodSeconds = 30
const secretBytes = 20

/** In base32, as authenticators take it. */
export const newTotpSecret = (randomBytes: RandomBytes): string =>
  new Secret({ buffer: Uint8Array.from(randomBytes(secretBytes)).buffer }).base32

const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({ issuer: 'Holdfast', label, secret: Secret.fromBase32(secret), period: periodSeconds, digits: 6 })

/** `otpauth://…`, which a QR code holds. */
export const totpUri = (secret: string, login: string): string => totpOf(secret, login).toString()

/** The period that the code is of, when it is one of now or of half a minute before or after; undefined otherwise. */
export function stepOfCode(secret: string, code: string, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const delta = totpOf(secret, '').validate({ token: code, window: 1, timestamp: nowMs })
  return delta === null ? undefined : Math.floor(nowMs / 1000 / periodSeconds) + delta
}
