/** Waiting, on a clock that may be virtual. */
import type { Clock } from '../base/index.ts'

/** Until then, or until the signal is aborted. */
export function pause(clock: Clock, untilMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.alarm(untilMs, end)
    signal.addEventListener('abort', end)
  })
}
