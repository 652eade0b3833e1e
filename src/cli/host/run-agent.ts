/** The agent of this machine in the foreground, until Ctrl-C or until somebody else tells it to end. */
import { join } from 'node:path'
import {
  agentFolderOf,
  agentStatus,
  createLogger,
  type Enrolment,
  type HostRuntime,
  LogFiles,
  startHostRuntime,
  systemClock,
  systemRandom,
} from '../../app/index.ts'
import type { Logger } from '../../base/index.ts'
import { commandLine } from '../command-line.ts'
import { type Context, print } from '../context.ts'
import { cliError } from '../errors.ts'
import { dataFolderIn } from '../find-server.ts'
import { echoOf } from '../log-echo.ts'
import { paintFor } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { textWidth, type World } from '../world.ts'
import { edgeIn, type EdgeOptions } from './agent-options.ts'
import { type EnrolOptions, enrolHere } from './enrol-here.ts'
import { sayEvent } from './say-events.ts'

export type AgentOptions = EnrolOptions & EdgeOptions

const logsKeptMs = 30 * 86_400_000

export async function runAgent(context: Context, options: AgentOptions): Promise<void> {
  const { world, paint } = context
  const folder = agentFolderOf(dataFolderIn(world, options.data))
  await refuseSecond(folder)
  const { enrolment } = await enrolHere(world, folder, options)
  const runtime = await start(context, { folder, enrolment, options })
  sayStarted(context, folder, options)
  const stop = (): void => void runtime.stop()
  world.interrupted.addEventListener('abort', stop)
  if (world.interrupted.aborted) stop()
  await runtime.stopped
  if (runtime.hasStoppedEverything) {
    return print(context, paint.state('halted', 'the agent has ended; its instances and the edge were stopped'))
  }
  print(context, `${paint.state('halted', 'the agent has ended')}; ${whatGoesOn(options)}`)
  const everything = commandLine(world, 'host stop --everything', { data: options.data })
  print(context, `  ${paint.dim('The next one takes over what runs. To stop all of it:')} ${everything}`)
}

const whatGoesOn = (options: EdgeOptions): string =>
  edgeIn(options) === undefined ? 'instances go on running' : 'instances and the edge go on running'

async function refuseSecond(folder: string): Promise<void> {
  const running = await agentStatus(folder)
  if (running === undefined) return
  throw cliError('cli.agent_runs', `The agent of ${folder} runs already, as process ${running.pid}`, {
    place: folder,
    accepted: 'one agent for each folder',
    repair: 'end that one first: holdfast host stop (with the same --data)',
  })
}

type Starting = { readonly folder: string; readonly enrolment: Enrolment; readonly options: AgentOptions }

async function start(context: Context, { folder, enrolment, options }: Starting): Promise<HostRuntime> {
  const { world } = context
  const { zone, address, artifactsFrom = [] } = options
  return startHostRuntime({
    version: world.version,
    folder,
    enrolment,
    ...(zone === undefined ? {} : { zone }),
    ...(address === undefined ? {} : { address }),
    edge: edgeIn(options),
    artifactsFrom,
    environment: world.environment,
    clock: systemClock,
    randomBytes: systemRandom,
    logger: await agentLogger(world, folder),
    pid: world.pid,
    on: (event) => sayEvent(context, event, () => address ?? '127.0.0.1'),
  })
}

/** Into the agent's folder; errors also to the terminal. */
export async function agentLogger(world: World, folder: string): Promise<Logger> {
  const logs = new LogFiles({
    dataFolder: folder,
    clock: systemClock,
    keptForMs: logsKeptMs,
    onFailure: (error) =>
      world.err.write(`The log cannot be written: ${error instanceof Error ? error.message : String(error)}\n`),
  })
  const paint = paintFor(world.err, world.environment)
  return createLogger('info', {
    write(line) {
      logs.write(line)
      // Warnings are mostly what the lines of the agent tell already.
      const shown = line.startsWith('{"level":"error"') ? echoOf(line, paint) : undefined
      if (shown !== undefined) world.err.write(shown)
    },
  })
}

function sayStarted(context: Context, folder: string, options: EdgeOptions): void {
  const { paint, world } = context
  const lines = labelled(
    [
      ['folder', folder],
      ['logs', join(folder, 'logs')],
      ['edge', edgeIn(options) === undefined ? 'none' : undefined],
    ],
    paint,
    textWidth(world.out),
  )
  print(context, [`${paint.state('running', `the agent runs, process ${world.pid}`)}`, ...lines].join('\n'))
  if (!world.out.isTerminal) return
  print(context, `  ${paint.dim('Ctrl-C ends the agent; instances and the edge go on.')}`)
}
