import { codeOf } from '../errors.ts'

/** To one process, whose proof the caller has just seen. */
export function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (fault) {
    // It ended between the proof and the signal, which is what the signal was for.
    if (codeOf(fault) !== 'ESRCH') throw fault
  }
}
