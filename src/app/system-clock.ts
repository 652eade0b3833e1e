/** The machine's clock and chance: the one place where they are read. */
import { getRandomValues } from 'node:crypto'
import type { Clock, RandomBytes } from '../base/index.ts'

/**
 * Timers of the platform count the time that the machine runs, alarms the time of day. They part when a machine sleeps or
 * is moved, and when its clock is set: so the time of day is looked at again this often.
 */
const lookEveryMs = 5000

export const systemClock: Clock = {
  now: () => Date.now(),
  alarm(atMs, ring) {
    const left = (): number => Math.min(Math.max(0, atMs - Date.now()), lookEveryMs)
    const look = (): void => {
      if (Date.now() >= atMs) ring()
      else timer = setTimeout(look, left())
    }
    let timer = setTimeout(look, left())
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
