/** `redrive`: an execution that ended without success goes on where it ended. */
import { Command } from 'commander'
import type { Execution } from '../client/api.ts'
import { commandLine, quoted } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { printable } from '../paint.ts'
import { timeOf } from '../times.ts'

type Options = ServerOptions & { readonly json?: true }

export function redriveCommand(context: Context): Command {
  const command = new Command('redrive')
    .description('go on with an execution that failed, timed out or was stopped; what had succeeded is not done again')
    .argument('<execution>', 'MACHINE:NAME or ARN, as holdfast executions prints it')
    .option('--json', 'print its status, and when it was redriven, as JSON')
    .action((execution: string, options: Options) => redrive(context, execution, options))
  return withExamples(withServerOptions(command), [
    ['holdfast redrive order:6f1c', 'from the state that failed, with the same input'],
    ['holdfast executions --status failed', 'which there are'],
  ])
}

async function redrive(context: Context, named: string, { json, ...server }: Options): Promise<void> {
  if (!named.includes(':')) throw notInFull(named)
  const api = await connect(context.world, server)
  const redrivenAt = await api.redriveExecution(named)
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

/** Which of several was meant is not guessed: what runs again does things again. */
function notInFull(named: string) {
  return cliError('cli.usage', `"${named}" does not name one execution`, {
    accepted: 'MACHINE:NAME or an ARN',
    repair: 'copy the name from: holdfast executions --status failed',
  })
}
