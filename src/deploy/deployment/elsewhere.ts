/** Where several processes have the same database, what one of them has changed of a deployment wakes only those who watch there. */
import type { Deploys } from '../deploys.ts'

export const elsewhereMs = 1000

/** Lets everybody here look again, now and then. Returns how to stop. */
export function watchElsewhere({
  clock,
  changes,
  signals,
}: Pick<Deploys, 'clock' | 'changes' | 'signals'>): () => void {
  let cancel = (): void => {}
  const callNext = (): void => {
    cancel = clock.alarm(clock.now() + elsewhereMs, () => {
      changes.wakeAll()
      signals.wakeAll()
      callNext()
    })
  }
  callNext()
  return () => cancel()
}
