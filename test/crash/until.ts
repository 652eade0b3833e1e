import { setImmediate as turn } from 'node:timers/promises'

/** Only so that a test which waits in vain fails, instead of spinning on beside those that follow. */
const patienceMs = 25_000

/** Lets the loop turn until it is so; says when to give up waiting. */
export async function until(so: () => boolean): Promise<void> {
  const patient = patience()
  while (!so()) {
    patient()
    await turn()
  }
}

/** Throws when it is called too long after it was made. */
export function patience(): () => void {
  const giveUpAt = performance.now() + patienceMs
  return () => {
    if (performance.now() > giveUpAt) throw new Error('what the test waits for does not come')
  }
}
