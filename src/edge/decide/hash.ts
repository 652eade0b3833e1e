/** Hashing for placement: fast and even. Not for secrets. */

/** 32 bits of FNV-1a over UTF-16 units, then mixed (murmur3's finish), since FNV alone leaves neighbours close. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Evenly spread, between 0 and 1, neither included. */
export function hashUnit(text: string): number {
  return (hash32(text) + 0.5) / 2 ** 32
}
