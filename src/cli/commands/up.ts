/** `up`: the server, in the foreground, until it is told to stop. */
import { join } from 'node:path'
import { Command } from 'commander'
import {
  createLogger,
  LogFiles,
  readConfiguration,
  type Runtime,
  type RuntimeOptions,
  startRuntime,
  systemClock,
  systemRandom,
} from '../../app/index.ts'
import { type Context, print, withExamples } from '../context.ts'
import { commandLine } from '../command-line.ts'
import { dataFolderIn } from '../find-server.ts'
import { edgeIn, usualEdge, withEdgeOptions } from '../host/agent-options.ts'
import { agentAsJson, agentFacts, type AgentHere, agentHere } from '../host/agent-here.ts'
import { echoOf } from '../log-echo.ts'
import { oneOf, wholeNumber } from '../options.ts'
import { paintFor } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { textWidth } from '../world.ts'

type Options = {
  readonly data?: string
  readonly port?: number
  readonly host?: string
  readonly insecureHttp?: true
  readonly auth?: 'token' | 'none'
  readonly awsLimits?: true
  readonly config?: string
  readonly withHost?: true
  readonly edgePort?: number
  readonly edgeHost?: string
  readonly artifactsFrom?: readonly string[]
  readonly json?: true
}

export function upCommand(context: Context): Command {
  const command = withEdgeOptions(new Command('up'))
    .description('start the server in the foreground; Ctrl-C stops it in good order')
    .option('--data <dir>', 'data folder (default: $HOLDFAST_DATA, else ~/.holdfast)')
    .option('--port <port>', 'port to listen on (default: 7400; 0 takes a free one)', wholeNumber(0, 65_535))
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)')
    .option('--insecure-http', 'with --host: serve the network without TLS too, tokens and passwords included')
    .option(
      '--auth <how>',
      'token: every request needs one; none: nobody is asked, on this machine only',
      oneOf(['token', 'none']),
    )
    .option('--aws-limits', "AWS's own limits: 256 KiB payloads, 25,000 events, 1 MiB definitions")
    .option('--config <file>', 'configuration (default: holdfast.config.ts here, if there is one)')
    .option('--with-host', 'also start the agent of this machine, with its edge, unless it runs already')
    .option('--json', 'print address and token file as JSON when it is ready')
    .action((options: Options) => up(context, options))
  return withExamples(command, [
    ['holdfast up', 'keeps its data in ~/.holdfast'],
    ['holdfast up --with-host', 'is all it takes to deploy to this machine'],
    ['holdfast up --data ./data --port 8083 --auth none --aws-limits', 'emulates AWS for local tests'],
  ])
}

async function up(context: Context, options: Options): Promise<void> {
  const { world } = context
  const started = await runtimeOptions(context, options)
  const runtime = await startRuntime(started)
  const agent = options.withHost === true ? await startAgent(context, runtime, started, options) : undefined
  await sayReady(context, { runtime, agent }, started, options)
  const stop = (): void => void stopInGoodOrder(context, runtime)
  world.interrupted.addEventListener('abort', stop)
  if (world.interrupted.aborted) stop()
  await runtime.stopped
  if (options.json === true) return
  print(context, context.paint.state('halted', 'stopped'))
  if (agent === undefined) return
  const everything = commandLine(world, 'down --everything', whereOf(options))
  print(context, `  The agent, its instances and the edge go on. To stop all of it: ${everything}`)
}

/** A server whose agent cannot come up is not what was asked for: it stops again. */
async function startAgent({ world }: Context, runtime: Runtime, { dataFolder }: Started, options: Options) {
  try {
    return await agentHere(world, {
      dataFolder,
      edge: edgeIn(options) ?? usualEdge,
      artifactsFrom: options.artifactsFrom,
    })
  } catch (error) {
    await runtime.stop()
    throw error
  }
}

/** Most stops take a moment; who waits longer is told for what. */
async function stopInGoodOrder({ world, paint }: Context, runtime: Runtime): Promise<void> {
  const stopped = runtime.stop().then(() => true)
  const patience = world.pause(patienceMs).then(() => false)
  if (await Promise.race([stopped, patience])) return
  world.err.write(`${paint.state('waiting', 'stopping: requests under way may end. Ctrl-C again ends at once')}\n`)
}

const patienceMs = 1000

async function runtimeOptions({ world }: Context, options: Options): Promise<RuntimeOptions> {
  const dataFolder = dataFolderIn(world, options.data)
  const { configuration, file } = await readConfiguration({
    workingFolder: world.workingFolder,
    file: options.config,
    overrides: options,
    signal: world.interrupted,
  })
  const logs = new LogFiles({
    dataFolder,
    clock: systemClock,
    keptForMs: configuration.retention.logs,
    onFailure: (error) =>
      world.err.write(`The log cannot be written: ${error instanceof Error ? error.message : String(error)}\n`),
  })
  return {
    version: world.version,
    dataFolder,
    configuration,
    configurationFile: file,
    environment: world.environment,
    clock: systemClock,
    randomBytes: systemRandom,
    logger: await createLogger(configuration.log.level, {
      write(line) {
        logs.write(line)
        const shown = echoOf(line, paintFor(world.err, world.environment))
        if (shown !== undefined) world.err.write(shown)
      },
    }),
    pid: world.pid,
  }
}

const whereOf = ({ data }: Options) => (data === undefined ? {} : { data })

type Started = Pick<RuntimeOptions, 'dataFolder' | 'configurationFile'>

type Ready = { readonly runtime: Runtime; readonly agent: AgentHere | undefined }

async function sayReady(
  context: Context,
  { runtime, agent }: Ready,
  started: Started,
  options: Options,
): Promise<void> {
  const { address, tokenFile, resumed } = runtime
  const { paint, world } = context
  // Only before somebody's eyes: in the log of a service, which is kept and sent elsewhere, it is an admin's key for a quarter of an hour.
  const link = world.out.isTerminal ? await runtime.signInLink() : undefined
  if (options.json === true) {
    const host = agent === undefined ? {} : { host: agentAsJson(agent) }
    return print(context, JSON.stringify({ url: address.url, tokenFile, resumed, console: link, ...host }))
  }
  const console = link ?? `${commandLine(world, 'console', whereOf(options))} prints a link`
  const facts = [
    ['console', console] as const,
    ...factsOf(runtime, started),
    ...(agent === undefined ? [] : agentFacts(agent)),
  ]
  const lines = labelled(facts, paint, textWidth(world.out))
  print(context, [`${paint.state('done', 'Holdfast is up')} at ${paint.bold(address.url)}`, ...lines].join('\n'))
  if (!world.out.isTerminal) return
  const next = commandLine(world, agent === undefined ? 'asl run FILE' : 'deploy FILE', whereOf(options))
  print(context, `  ${paint.dim('In another terminal:')} ${next}`)
  print(context, `  ${paint.dim('Ctrl-C stops it; what runs goes on at the next start.')}`)
}

function factsOf({ address, tokenFile, procedures, resumed, database }: Runtime, started: Started) {
  const { dataFolder, configurationFile } = started
  const names = procedures.length === 0 ? 'no procedures' : `procedures ${procedures.join(', ')}`
  return [
    ['data', dataFolder],
    ['database', database],
    ['config', configurationFile === undefined ? undefined : `${configurationFile}: ${names}`],
    ['token', tokenFile ?? 'none is asked for'],
    ['logs', join(dataFolder, 'logs')],
    ['aws', tokenFile === undefined ? `export AWS_ENDPOINT_URL_SFN=${address.url}` : undefined],
    ['resumed', resumed === 0 ? undefined : `${resumed} execution${resumed === 1 ? '' : 's'}`],
  ] as const
}
