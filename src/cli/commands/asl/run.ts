/** `asl run`: a definition from a file, created at the server, started and followed to its end. */
import { Command } from 'commander'
import { formatDuration } from '../../../base/index.ts'
import type { Api, Execution } from '../../client/api.ts'
import { readDefinition } from '../../definitions.ts'
import { answer, type Context, print, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { readPayload } from '../../files.ts'
import { machineNameOf, shortExecution } from '../../names.ts'
import { printable, toneOfStatus } from '../../paint.ts'
import { prettyJson } from '../../pretty.ts'
import { executionAsJson } from '../../show-execution.ts'
import { follow } from '../../progress/follow.ts'

type Options = ServerOptions & {
  readonly input: string
  readonly machine?: string
  readonly name?: string
  readonly detach?: true
  readonly json?: true
}

export function runCommand(context: Context): Command {
  const command = new Command('run')
    .description('create (or update) a state machine from a file, start it and show its progress')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('-i, --input <json>', 'input as JSON, @FILE, or @- for standard input', '{}')
    .option('--machine <name>', "name of the state machine (default: the file's name)")
    .option('--name <name>', 'name of the execution (default: a new one)')
    .option('--detach', 'start it and return at once')
    .option('--json', 'print the execution as JSON when it has ended')
    .action((file: string, options: Options) => run(context, file, options))
  return withExamples(withServerOptions(command), [
    [`holdfast asl run order.asl.json --input '{"order": 7}'`, 'runs it, with live progress'],
    ['holdfast asl run order.asl.json --input @order.json --json', 'for scripts: the result as JSON'],
    ['holdfast asl run order.asl.json --detach', 'starts it; holdfast show tells how it goes'],
  ])
}

async function run(context: Context, file: string, options: Options): Promise<void> {
  const { world } = context
  const input = await readPayload(world, options.input)
  const api = await connect(world, options)
  const definition = await readDefinition(world, file, await api.version())
  const machine = await api.putMachine(options.machine ?? machineNameOf(file), definition)
  const arn = await api.startExecution(machine, input, options.name)
  const asJson = options.json === true
  if (options.detach === true) {
    return answer(
      context,
      asJson,
      { arn },
      () => `started ${shortExecution(arn)}\nfollow it: holdfast show ${shortExecution(arn)}`,
    )
  }
  await finish(context, await followToEnd(context, api, arn, asJson), asJson)
}

async function followToEnd(context: Context, api: Api, arn: string, quiet: boolean): Promise<Execution> {
  const events = api.watch(arn, (ms) => context.world.pause(ms))
  try {
    const followed = quiet ? await lastOf(events) : await follow(context, shortExecution(arn), events)
    return followed ?? (await api.execution(arn))
  } catch (error) {
    if (!context.world.interrupted.aborted) throw error
    const name = shortExecution(arn)
    context.world.err.write(`It goes on. Look: holdfast show ${name}\nStop it: holdfast stop ${name}\n`)
    throw error
  }
}

async function lastOf(events: ReturnType<Api['watch']>): Promise<Execution | undefined> {
  let execution: Execution | undefined
  for await (const watched of events) if (watched.kind === 'end') execution = watched.execution
  return execution
}

async function finish(context: Context, execution: Execution, asJson: boolean): Promise<void> {
  if (execution.status !== 'SUCCEEDED') context.exitWith(exitCodes.failed)
  if (asJson) return print(context, executionAsJson(execution))
  print(context, outcome(context, execution))
}

function outcome({ paint }: Context, execution: Execution): string {
  const { status, output, error, cause, startedAt, stoppedAt } = execution
  const took = formatDuration((stoppedAt ?? startedAt) - startedAt)
  const head = paint.state(toneOfStatus(status), `${status.toLowerCase().replace('_', ' ')} in ${took}`)
  if (output !== undefined) return `${head}\n${prettyJson(output)}`
  const why = [error, cause].filter((part) => part !== undefined).join(': ')
  return `${head}${why === '' ? '' : `  ${printable(why)}`}\n${paint.dim(`look closer: holdfast show ${shortExecution(execution.arn)}`)}`
}
