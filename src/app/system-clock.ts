/** The machine's clock and chance: the one place where they are read. */
import { getRandomValues } from 'node:crypto'
import type { Clock, RandomBytes } from '../base/index.ts'

/** setTimeout counts in a signed 32-bit number of milliseconds: about 24 days. */
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  alarm(atMs, ring) {
    let timer: NodeJS.Timeout
    const set = (): void => {
      const left = atMs - Date.now()
      timer = left > longestTimer ? setTimeout(set, longestTimer) : setTimeout(ring, Math.max(0, left))
    }
    set()
    return () => clearTimeout(timer)
  },
}

/** Random bytes are drawn from the system many at a time; each byte is handed out once. */
const poolBytes = 4096
const pool = new Uint8Array(poolBytes)
let used = poolBytes

export const systemRandom: RandomBytes = (length) => {
  if (length > poolBytes) throw new RangeError(`${length} random bytes at once; at most ${poolBytes}`)
  if (used + length > poolBytes) {
    getRandomValues(pool)
    used = 0
  }
  const bytes = pool.slice(used, used + length)
  pool.fill(0, used, used + length)
  used += length
  return bytes
}
