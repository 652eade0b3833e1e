/** Many executions in the midst of a call, kill -9, and how long until all calls are made again. */
import { join } from 'node:path'
import { Ledger } from './ledger.ts'
import { runVictim } from './victim-process.ts'

export type ResumeReport = {
  readonly inFlight: number
  /** Executions that the next process went on with. */
  readonly resumed: number
  /** Calls that were cut off and made again. */
  readonly madeAgain: number
  readonly open: number
  /** From the start of the process. */
  readonly openedMs: number
  readonly allCallsMadeAgainMs: number
  /** Until the first call of a following state, which comes after the commit of the result before it. */
  readonly firstProgressMs: number
  readonly problems: readonly string[]
}

export async function resumeAfterKill(folder: string, inFlight: number): Promise<ResumeReport> {
  const ledger = new Ledger()
  const order = { folder, callsFile: join(folder, 'calls.log'), inFlight, trailVerified: 0 }
  const held = await runVictim({ ...order, mode: 'hold' }, { after: 'called', lines: 1 })
  ledger.close(folder, held)
  const resumed = await runVictim({ ...order, mode: 'finish' }, undefined)
  ledger.close(folder, resumed)
  return {
    inFlight,
    resumed: Number(resumed.lines.find((line) => line.startsWith('resumed '))?.slice('resumed '.length)),
    madeAgain: ledger.totals.madeAgain,
    open: ledger.open,
    openedMs: resumed.at('opened') ?? Number.NaN,
    allCallsMadeAgainMs: resumed.at('called') ?? Number.NaN,
    firstProgressMs: resumed.at('progress') ?? Number.NaN,
    problems: [...ledger.problems, held.complaints, resumed.complaints].filter((problem) => problem !== ''),
  }
}
