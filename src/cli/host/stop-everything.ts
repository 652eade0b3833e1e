/** All that runs on this machine for Holdfast is stopped: by its agent, or without one when none runs. */
import { existsSync } from 'node:fs'
import {
  agentFolderOf,
  stopAgentAndEverything,
  type StoppedEverything,
  stopWithoutAgent,
  systemClock,
  systemRandom,
} from '../../app/index.ts'
import { type Context, print } from '../context.ts'
import { cliError } from '../errors.ts'
import { dataFolderIn } from '../find-server.ts'
import { printable } from '../paint.ts'
import { agentLogger } from './run-agent.ts'

export type Confirmation = { readonly data?: string; readonly yes?: true; readonly json?: true }

/** @throws HoldfastError cli.not_confirmed when nobody said yes */
export async function confirmEverything({ world }: Context, { yes }: Confirmation, what: string): Promise<void> {
  if (yes === true) return
  const answer = await world.prompt?.({
    text: `This stops ${what}. Type yes to do it`,
    initial: 'no',
    check: (text) => (['yes', 'no'].includes(text) ? undefined : 'yes or no'),
  })
  if (answer === 'yes') return
  throw cliError('cli.not_confirmed', `Nothing was stopped: it was not confirmed that ${what} shall stop`, {
    accepted: 'yes at the question, or --yes where nobody can be asked',
  })
}

/** Undefined when nothing was ever there. */
export async function stopEverythingHere(
  { world }: Context,
  data: string | undefined,
): Promise<StoppedEverything | undefined> {
  const folder = agentFolderOf(dataFolderIn(world, data))
  const stopped = await stopAgentAndEverything(folder)
  if (stopped !== undefined) return stopped
  if (!existsSync(folder)) return undefined
  return stopWithoutAgent({
    folder,
    clock: systemClock,
    randomBytes: systemRandom,
    logger: await agentLogger(world, folder),
    environment: world.environment,
  })
}

export function sayStopped(context: Context, stopped: StoppedEverything | undefined): void {
  const { paint } = context
  if (stopped === undefined) return print(context, paint.state('halted', 'no agent was ever started here'))
  const { instances, killed, edge, failed } = stopped
  const hard = killed.length === 0 ? '' : ` (${killed.length} had to be killed: ${killed.join(', ')})`
  const count = `${instances.length} instance${instances.length === 1 ? '' : 's'}${hard}`
  print(context, paint.state('halted', `stopped ${count}${edge ? ', the edge' : ''} and the agent`))
  if (instances.length > 0) print(context, `  ${paint.dim('The next start of the agent brings them back.')}`)
  for (const problem of failed) print(context, paint.state('failed', printable(problem)))
}
