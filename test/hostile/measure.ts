/** How long each hostile case takes, and how long it holds others up. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as moment } from 'node:timers/promises'
import { endingCases, lambdaAnswers, prepareGround, refusedCases } from './cases.ts'
import { type Holdfast, openHoldfast } from './holdfast.ts'

export type HostileTime = {
  readonly name: string
  /** From the request to its answer, or to the end of its execution. */
  readonly ms: number
  /** The longest that the loop of the process stood still meanwhile: so long others waited. */
  readonly heldUpMs: number
  readonly ended: string
}

/** Milliseconds between two looks at the loop. */
const resolution = 5

/** Each case `times` times, one after the other in one process; the worst time of each. */
export async function measureHostile(
  times: number,
  onCase: (time: HostileTime) => void,
): Promise<readonly HostileTime[]> {
  const holdfast = await openHoldfast(lambdaAnswers)
  const found: HostileTime[] = []
  const keep = (time: HostileTime): void => {
    found.push(time)
    onCase(time)
  }
  try {
    for (const { name, send } of refusedCases(await prepareGround(holdfast))) {
      keep(await worstOf(times, name, async () => `${(await send(holdfast)).status}`))
    }
    for (const { name, states, language, input } of endingCases) {
      const machine = await holdfast.machine(states, language === undefined ? {} : { QueryLanguage: language })
      keep(await worstOf(times, name, () => statusOf(holdfast, machine, input)))
    }
  } finally {
    await holdfast.stop()
  }
  return found
}

async function statusOf(holdfast: Holdfast, machine: string, input: string | undefined): Promise<string> {
  const { status, error } = await holdfast.end(await holdfast.start(machine, input))
  return status === 'FAILED' ? error : status
}

async function worstOf(times: number, name: string, run: () => Promise<string>): Promise<HostileTime> {
  let [worst, ended] = [0, '']
  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    ended = await run()
    worst = Math.max(worst, performance.now() - startedAt)
  }
  // A stall that ends with the answer is seen only when the loop turns again.
  await moment(2 * resolution)
  delays.disable()
  return { name, ms: Math.round(worst), heldUpMs: Math.max(0, Math.round(delays.max / 1e6) - resolution), ended }
}
