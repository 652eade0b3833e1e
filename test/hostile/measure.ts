/** How long each hostile case takes, from the request to its answer or its execution's end. */
import { endingCases, lambdaAnswers, prepareGround, refusedCases } from './cases.ts'
import { type Holdfast, openHoldfast } from './holdfast.ts'

export type HostileTime = { readonly name: string; readonly ms: number; readonly ended: string }

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
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    ended = await run()
    worst = Math.max(worst, performance.now() - startedAt)
  }
  return { name, ms: Math.round(worst), ended }
}
