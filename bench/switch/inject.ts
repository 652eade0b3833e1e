/** Faults made on purpose: whoever measures nothing but success has to show that failure would be seen. */
import type { Fault } from './options.ts'
import type { SessionOptions } from './session.ts'
import type { Witness } from './witness.ts'

export function faultOptions(
  fault: Fault | undefined,
  witness: Witness,
): Pick<SessionOptions, 'behaviour' | 'onlyForward' | 'afterSwitch'> {
  switch (fault) {
    case undefined:
      return {}
    case 'keep-alive-race':
    case 'wrong-release':
      return { behaviour: { fault }, onlyForward: true }
    case 'early-kill':
      return { onlyForward: true, afterSwitch: ({ from }) => killAll(witness, from) }
  }
}

/** What has just been switched away from still has requests under way. Their connection here shows that they are ours, and alive. */
function killAll(witness: Witness, release: string | undefined): void {
  for (const instance of witness.alive) {
    if (instance.release === release) process.kill(instance.pid, 'SIGKILL')
  }
}
