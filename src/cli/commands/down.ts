/** `down`: the server on a data folder stops in good order. */
import { Command } from 'commander'
import { readConnection } from '../../app/index.ts'
import { HoldfastError } from '../../base/index.ts'
import type { Api } from '../client/api.ts'
import { answer, type Context, print, withExamples } from '../context.ts'
import { cliError, exitCodes } from '../errors.ts'
import { connect, dataFolderIn, type ServerOptions, withServerOptions } from '../find-server.ts'
import { confirmEverything, sayStopped, stopEverythingHere } from '../host/stop-everything.ts'
import { wholeNumber } from '../options.ts'

type Options = ServerOptions & {
  readonly wait: number
  readonly everything?: true
  readonly yes?: true
  readonly json?: true
}

const pollMs = 50

export function downCommand(context: Context): Command {
  const command = new Command('down')
    .description('stop the server in good order; what runs is kept and goes on at the next up')
    .option('--wait <seconds>', 'how long to wait until it is gone', wholeNumber(1, 3600), 30)
    .option('--everything', 'also stop what runs on this machine: instances, edge and agent')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((options: Options) => (options.everything === true ? downAll(context, options) : down(context, options)))
  return withExamples(withServerOptions(command), [
    ['holdfast down', 'stops the server of the default data folder'],
    ['holdfast down --data ./data', 'stops the one that runs on ./data'],
    ['holdfast down --everything', 'leaves nothing of it running on this machine'],
  ])
}

async function down(context: Context, options: Options): Promise<void> {
  const stopped = await stopServer(context, options)
  answer(context, options.json === true, { stopped }, () => context.paint.state('halted', `stopped ${stopped}`))
}

async function stopServer(context: Context, { wait, data, url }: Options): Promise<string> {
  const server = { ...(data === undefined ? {} : { data }), ...(url === undefined ? {} : { url }) }
  const api = await connect(context.world, server)
  await api.stopServer()
  await untilGone(context, api, server, wait)
  return api.url
}

/** The server first: a deployment under way goes on at its next start, and is not told that its hosts are leaving. */
async function downAll(context: Context, options: Options): Promise<void> {
  if (options.url !== undefined) throw elsewhere()
  await confirmEverything(context, options, 'the server, all instances of this machine, its edge and its agent')
  const server = await stopServer(context, options).catch(whenUnreachable)
  const host = await stopEverythingHere(context, options.data)
  if ((host?.failed.length ?? 0) > 0) context.exitWith(exitCodes.failed)
  if (options.json === true) return answer(context, true, { stopped: server, host }, () => '')
  print(context, context.paint.state('halted', server === undefined ? 'no server ran' : `stopped ${server}`))
  sayStopped(context, host)
}

const whenUnreachable = (error: unknown): undefined => {
  if (error instanceof HoldfastError && error.kind === 'unavailable') return undefined
  throw error
}

const elsewhere = () =>
  cliError('cli.usage', '--everything is for this machine, and --url names a server', {
    accepted: '--everything with --data, or --url without it',
  })

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
