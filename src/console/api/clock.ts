/** The time of this page, which no change of the machine's clock moves. */
import type { Clock } from '../../base/index.ts'

export const pageClock: Clock = {
  now: () => performance.now(),
  alarm(atMs, ring) {
    const timer = setTimeout(ring, Math.max(0, atMs - performance.now()))
    return () => clearTimeout(timer)
  },
}
