/** Commands from a source, outcomes back to it. The source may be away for as long as it likes. */
import type { CommandSource, Outcome } from '../contract.ts'
import { pause } from '../pause.ts'
import type { HostWorld } from '../world.ts'
import type { CommandRunner } from './runner.ts'

const firstDelayMs = 200
const longestDelayMs = 5_000

/** Until the agent closes. Commands run side by side. */
export async function serveCommands(host: HostWorld, runner: CommandRunner, source: CommandSource): Promise<void> {
  const underWay = new Set<Promise<void>>()
  while (!host.closing.aborted) {
    const commands = await persist(host, () => source.next(host.closing), 'the source of commands is away')
    for (const command of commands ?? []) {
      const done = answer(host, runner, source, command).finally(() => underWay.delete(done))
      underWay.add(done)
    }
  }
  await Promise.all(underWay)
}

async function answer(host: HostWorld, runner: CommandRunner, source: CommandSource, command: unknown): Promise<void> {
  const outcome: Outcome = await runner.run(command)
  await persist(host, () => source.report(outcome), 'an outcome cannot be reported')
}

/** Tries until it works. Undefined when the agent closes first: then the source asks the next agent. */
async function persist<T>(
  { clock, closing, log }: HostWorld,
  act: () => Promise<T>,
  problem: string,
): Promise<T | undefined> {
  for (let delayMs = firstDelayMs; !closing.aborted; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
    try {
      return await act()
    } catch (fault) {
      if (closing.aborted) return undefined
      log.warn(problem, { fault: String(fault) })
      await pause(clock, clock.now() + delayMs, closing)
    }
  }
  return undefined
}
