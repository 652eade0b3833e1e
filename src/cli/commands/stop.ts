/** `stop`: one execution is stopped; its tasks are told. */
import { Command } from 'commander'
import type { Execution } from '../client/api.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { printable, toneOfStatus, wordOfStatus } from '../paint.ts'
import { ago, timeOf } from '../times.ts'

type Options = ServerOptions & { readonly error?: string; readonly cause?: string; readonly json?: true }

export function stopCommand(context: Context): Command {
  const command = new Command('stop')
    .description('stop an execution for good')
    .argument('<execution>', 'MACHINE:NAME or ARN, as holdfast executions prints it')
    .option('--error <name>', 'error to record')
    .option('--cause <text>', 'reason to record')
    .option('--json', 'print its status, and when it stopped, as JSON')
    .action((execution: string, options: Options) => stop(context, execution, options))
  return withExamples(withServerOptions(command), [
    ['holdfast stop order:6f1c --cause "wrong customer"', 'stops it, and says why'],
  ])
}

async function stop(context: Context, named: string, { json, error, cause, ...server }: Options): Promise<void> {
  if (!named.includes(':')) throw notInFull(named)
  const api = await connect(context.world, server)
  const reason = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
  const stoppedAt = await api.stopExecution(named, reason)
  const execution = await api.execution(named)
  const { arn, status } = execution
  answer(context, json === true, { arn, status, stoppedAt: timeOf(stoppedAt) }, () => outcome(execution, context))
}

/** What had ended before is not stopped: it stays as it ended. */
function outcome({ arn, status, stoppedAt }: Execution, { paint, world }: Context): string {
  const name = paint.bold(printable(shortExecution(arn)))
  const when = stoppedAt === undefined ? '' : `  ${paint.dim(ago(world.now() - stoppedAt))}`
  const word = status === 'ABORTED' ? 'stopped' : `nothing to stop, it has ${wordOfStatus(status)}`
  return `${paint.state(toneOfStatus(status), word)}  ${name}${when}`
}

/** Of the latest one, `show` may guess; what is stopped for good is named. */
function notInFull(named: string) {
  return cliError('cli.usage', `"${named}" does not name one execution`, {
    accepted: 'MACHINE:NAME or an ARN',
    repair: 'copy the name from: holdfast executions --status running',
  })
}
