/** `up`: the server, in the foreground, until it is told to stop. */
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
import { dataFolderIn } from '../find-server.ts'
import { echoOf } from '../log-echo.ts'
import { oneOf, wholeNumber } from '../options.ts'
import { paintFor } from '../paint.ts'

type Options = {
  readonly data?: string
  readonly port?: number
  readonly host?: string
  readonly auth?: 'token' | 'none'
  readonly awsLimits?: true
  readonly config?: string
  readonly json?: true
}

export function upCommand(context: Context): Command {
  const command = new Command('up')
    .description('start the server in the foreground; Ctrl-C stops it in good order')
    .option('--data <dir>', 'data folder (default: $HOLDFAST_DATA, else ~/.holdfast)')
    .option('--port <port>', 'port to listen on (default: 7400; 0 takes a free one)', wholeNumber(0, 65_535))
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)')
    .option(
      '--auth <how>',
      'token: every request needs one; none: nobody is asked, on this machine only',
      oneOf(['token', 'none']),
    )
    .option('--aws-limits', "AWS's own limits: 256 KiB payloads, 25,000 events, 1 MiB definitions")
    .option('--config <file>', 'configuration (default: holdfast.config.ts here, if there is one)')
    .option('--json', 'print address and token file as JSON when it is ready')
    .action((options: Options) => up(context, options))
  return withExamples(command, [
    ['holdfast up', 'keeps its data in ~/.holdfast'],
    ['holdfast up --data ./data --port 8083 --auth none --aws-limits', 'emulates AWS for local tests'],
  ])
}

async function up(context: Context, options: Options): Promise<void> {
  const { world } = context
  const runtime = await startRuntime(await runtimeOptions(context, options))
  sayReady(context, runtime, options)
  const stop = (): void => void runtime.stop()
  world.interrupted.addEventListener('abort', stop)
  if (world.interrupted.aborted) stop()
  await runtime.stopped
  if (options.json !== true) print(context, context.paint.state('halted', 'stopped'))
}

async function runtimeOptions({ world }: Context, options: Options): Promise<RuntimeOptions> {
  const dataFolder = dataFolderIn(world, options.data)
  const { configuration, file } = await readConfiguration({
    workingFolder: world.workingFolder,
    file: options.config,
    overrides: options,
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

function sayReady(context: Context, { address, tokenFile, resumed }: Runtime, { data, json }: Options): void {
  if (json === true) return print(context, JSON.stringify({ url: address.url, tokenFile, resumed }))
  const { paint, world } = context
  const facts = [
    ['data', dataFolderIn(world, data)],
    ['token', tokenFile ?? 'none needed'],
    ...(resumed > 0 ? [['resumed', `${resumed} executions`]] : []),
  ]
  const lines = facts.map(([label = '', text = '']) => `  ${paint.dim(label.padEnd(8))} ${text}`)
  print(context, [`${paint.state('done', 'Holdfast is up')} at ${paint.bold(address.url)}`, ...lines].join('\n'))
  if (world.out.isTerminal)
    print(context, paint.dim('  Ctrl-C stops it. Next, in another terminal: holdfast asl run FILE'))
}
