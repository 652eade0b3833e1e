/** `host stop`: the agent of this folder ends; with `--everything` also what it supervises. */
import { Command } from 'commander'
import { agentFolderOf, stopAgent } from '../../app/index.ts'
import { commandLine } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { dataFolderIn } from '../find-server.ts'
import { type Confirmation, confirmEverything, sayStopped, stopEverythingHere } from '../host/stop-everything.ts'

type Options = Confirmation & { readonly everything?: true }

export function hostStopCommand(context: Context): Command {
  const command = new Command('stop')
    .description('end the agent of this machine; what runs goes on, unless --everything')
    .option('--data <dir>', 'data folder (default: $HOLDFAST_DATA, else ~/.holdfast)')
    .option('--everything', 'also stop all instances, gracefully, and the edge')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((options: Options) => (options.everything === true ? everything(context, options) : stop(context, options)))
  return withExamples(command, [
    ['holdfast host stop', 'ends the agent only'],
    ['holdfast host stop --everything --yes', 'ends all that Holdfast runs on this machine but the control plane'],
  ])
}

async function stop(context: Context, { data, json }: Options): Promise<void> {
  const { paint, world } = context
  const stopped = await stopAgent(agentFolderOf(dataFolderIn(world, data)))
  answer(context, json === true, { stopped }, () => {
    if (!stopped) return paint.state('halted', 'no agent runs here')
    const all = commandLine(world, 'host stop --everything', { data })
    return `${paint.state('halted', 'the agent has ended')}; instances and the edge go on. All of it: ${all}`
  })
}

async function everything(context: Context, options: Options): Promise<void> {
  await confirmEverything(context, options, 'all instances of this machine, its edge and its agent')
  const stopped = await stopEverythingHere(context, options.data)
  if ((stopped?.failed.length ?? 0) > 0) context.exitWith(exitCodes.failed)
  if (options.json === true) answer(context, true, stopped ?? { instances: [] }, () => '')
  else sayStopped(context, stopped)
}
