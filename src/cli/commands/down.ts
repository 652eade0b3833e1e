/** `down`: the server on a data folder stops in good order. */
import { Command } from 'commander'
import { readConnection } from '../../app/index.ts'
import type { Api } from '../client/api.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { connect, dataFolderIn, type ServerOptions, withServerOptions } from '../find-server.ts'
import { wholeNumber } from '../options.ts'

type Options = ServerOptions & { readonly wait: number; readonly json?: true }

const pollMs = 50

export function downCommand(context: Context): Command {
  const command = new Command('down')
    .description('stop the server in good order; what runs is kept and goes on at the next up')
    .option('--wait <seconds>', 'how long to wait until it is gone', wholeNumber(1, 3600), 30)
    .option('--json', 'print the result as JSON')
    .action(async ({ wait, json, ...server }: Options) => {
      const api = await connect(context.world, server)
      await api.stopServer()
      await untilGone(context, api, server, wait)
      answer(context, json === true, { stopped: api.url }, () => context.paint.state('halted', `stopped ${api.url}`))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast down', 'stops the server of the default data folder'],
    ['holdfast down --data ./data', 'stops the one that runs on ./data'],
  ])
}

/** Gone is gone: the process has removed its connection file, or nothing answers any more. */
async function untilGone({ world }: Context, api: Api, options: ServerOptions, waitSeconds: number): Promise<void> {
  const end = world.now() + waitSeconds * 1000
  const folder = options.url === undefined ? dataFolderIn(world, options.data) : undefined
  while (world.now() < end) {
    const gone = folder === undefined ? !(await answers(api)) : (await readConnection(folder)) === undefined
    if (gone) return
    await world.pause(pollMs)
  }
  throw cliError('cli.not_stopped', `${api.url} is still stopping after ${waitSeconds} s`, {
    accepted: 'requests in flight are given time to end',
    repair: 'wait, or look at its log',
  })
}

async function answers(api: Api): Promise<boolean> {
  try {
    await api.version()
    return true
  } catch {
    // Whatever it says while it closes, it is going.
    return false
  }
}
