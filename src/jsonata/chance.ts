/** Repeatable chance: Java's generator behind `$random(seed)`, and a generator that a worker can be handed as numbers. */
import { createHash } from 'node:crypto'
import type { Chance, HashAlgorithm } from '../asl/index.ts'
import { uuid4 } from '../base/index.ts'

/** What an evaluation may ask of the world. `now` is milliseconds since 1970 UTC. */
export type ExpressionChance = Chance & { readonly now: number }

const algorithms = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
} satisfies Record<HashAlgorithm, string>

export const hashAlgorithms = Object.keys(algorithms)

export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return Object.hasOwn(algorithms, name)
}

/** Lower-case hexadecimal digest of the UTF-8 text. */
export function hashText(algorithm: HashAlgorithm, text: string): string {
  return createHash(algorithms[algorithm]).update(text, 'utf8').digest('hex')
}

/** The first `nextDouble()` of a `java.util.Random` with this seed: the 48-bit generator of its documentation. */
export function javaRandom(seed: number): number {
  const multiplier = 0x5deece66dn
  const mask = (1n << 48n) - 1n
  let state = (BigInt(Math.trunc(seed)) ^ multiplier) & mask
  const next = (bits: bigint): bigint => {
    state = (state * multiplier + 0xbn) & mask
    return state >> (48n - bits)
  }
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53
}

/** Four numbers below 2^32. */
export type Seed = readonly [number, number, number, number]

export function drawSeed(random: () => number): Seed {
  const draw = (): number => Math.floor(random() * 2 ** 32)
  return [draw(), draw(), draw(), draw()]
}

/** The same seed gives the same numbers and ids, in every process. The generator is sfc32. */
export function seededChance(now: number, seed: Seed): ExpressionChance {
  let [a, b, c, counter] = seed
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  // The first words still show how alike two seeds are.
  for (let i = 0; i < 12; i++) word()
  return {
    now,
    random: () => (word() * 2 ** 21 + (word() >>> 11)) / 2 ** 53,
    uuid: () => uuid4((length) => Uint8Array.from({ length }, () => word() & 0xff)),
    hash: hashText,
  }
}
