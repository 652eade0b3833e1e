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

export const systemRandom: RandomBytes = (length) => getRandomValues(new Uint8Array(length))
