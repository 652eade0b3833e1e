/** Bodies to upload with the digests that must come back, made once: the load has better things to do than to hash. */
import { createHash } from 'node:crypto'
import { uploadBytes } from './mix.ts'
import { chanceFrom } from '../statistics.ts'

export type Body = { readonly bytes: Buffer; readonly digest: string }

const sizes = 12

export function makeUploads(seed: number): readonly Body[] {
  return Array.from({ length: sizes }, (_, at) => makeBody(uploadBytes(at / (sizes - 1)), seed + at))
}

export function makeOrder(seed: number): Body {
  return makeBody(200, seed)
}

function makeBody(length: number, seed: number): Body {
  const chance = chanceFrom(seed)
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = Math.floor(chance() * 256)
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') }
}
