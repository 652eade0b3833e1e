/** Token secrets: 256 random bits behind `hf_`, which secret scanners can look for. Stored only as SHA-256. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../base/index.ts'

const secretShape = /^hf_[A-Za-z0-9_-]{43}$/

export function newSecret(randomBytes: RandomBytes): string {
  return `hf_${Buffer.from(randomBytes(32)).toString('base64url')}`
}

export const isSecret = (text: string): boolean => secretShape.test(text)

/** Nothing slower is needed: 256 random bits cannot be guessed, however fast the hash. */
export function hashOfSecret(secret: string): string {
  return hash('sha256', secret)
}

/** In constant time. Both are hex digests of one length. */
export function equalHashes(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
