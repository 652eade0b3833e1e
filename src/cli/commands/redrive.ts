/** `redrive`: an execution that ended without success goes on where it ended. */
import { Command } from 'commander'
import type { Execution } from '../client/api.ts'
import { commandLine, quoted } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { readPayload } from '../files.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { wholeNumber } from '../options.ts'
import { printable } from '../paint.ts'
import { timeOf } from '../times.ts'

type Options = ServerOptions & {
  readonly input?: string
  readonly state?: string
  readonly visit?: number
  readonly json?: true
}

export function redriveCommand(context: Context): Command {
  const command = new Command('redrive')
    .description('go on with an execution that failed, timed out or was stopped; what had succeeded is not done again')
    .argument('<execution>', 'MACHINE:NAME or ARN, as holdfast executions prints it')
    .option('-i, --input <json>', 'another input for the state it ended in: JSON, @FILE, or @- for standard input')
    .option('--state <name>', 'with --input: which state is meant, where it ended in several')
    .option('--visit <event>', 'with --input: the event that began the stay that is meant', wholeNumber(1, 2 ** 31))
    .option('--json', 'print its status, and when it was redriven, as JSON')
    .action((execution: string, options: Options) => redrive(context, execution, options))
  return withExamples(withServerOptions(command), [
    ['holdfast redrive order:6f1c', 'from the state that failed, with the same input'],
    [`holdfast redrive order:6f1c --input '{"amount": 7}'`, 'the state that failed gets this input instead'],
    ['holdfast executions --status failed', 'which there are'],
  ])
}

async function redrive(context: Context, named: string, options: Options): Promise<void> {
  const { json, input, state, visit, ...server } = options
  if (!named.includes(':')) throw notInFull(named)
  if (input === undefined && (state ?? visit) !== undefined) throw withoutInput()
  const api = await connect(context.world, server)
  const redrivenAt =
    input === undefined
      ? await api.redriveExecution(named)
      : await api.continueExecution(named, { input: await readPayload(context.world, input), state, visit })
  const execution = await api.execution(named)
  const { arn, status, redriveCount } = execution
  answer(context, json === true, { arn, status, redriveCount, redrivenAt: timeOf(redrivenAt) }, () =>
    outcome(execution, context, server),
  )
}

function outcome({ arn, redriveCount }: Execution, { paint, world }: Context, server: ServerOptions): string {
  const name = shortExecution(arn)
  const look = commandLine(world, `show ${quoted(name)} --follow`, server)
  const count = paint.dim(`redrive ${redriveCount}`)
  return `${paint.state('running', 'goes on')}  ${paint.bold(printable(name))}  ${count}\n${paint.dim('look')}  ${look}`
}

/** Without a corrected input everything that failed runs again. */
function withoutInput() {
  return cliError('cli.usage', '--state and --visit say which state gets another input, and there is none', {
    accepted: '--input JSON beside them',
    repair: 'add --input, or leave them out',
  })
}

/** Which of several was meant is not guessed: what runs again does things again. */
function notInFull(named: string) {
  return cliError('cli.usage', `"${named}" does not name one execution`, {
    accepted: 'MACHINE:NAME or an ARN',
    repair: 'copy the name from: holdfast executions --status failed',
  })
}
