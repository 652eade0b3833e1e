/** What the edge needs of the machine it runs on; handed in, so that tests decide what time it is. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'

export type EdgeMachine = {
  readonly clock: Clock
  /** Milliseconds with fractions that never go back, for durations. */
  readonly monotonicMs: () => number
  readonly randomBytes: RandomBytes
  readonly logger: Logger
}

/** A number from 0 to 1, 1 not included. */
export function chance(randomBytes: RandomBytes): number {
  return randomBytes(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
}
