/** `stop`: one execution is stopped; its tasks are told. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { timeOf } from '../show-execution.ts'

type Options = ServerOptions & { readonly error?: string; readonly cause?: string; readonly json?: true }

export function stopCommand(context: Context): Command {
  const command = new Command('stop')
    .description('stop an execution for good')
    .argument('<execution>', 'MACHINE:NAME or ARN, as holdfast executions prints it')
    .option('--error <name>', 'error to record')
    .option('--cause <text>', 'reason to record')
    .option('--json', 'print when it stopped as JSON')
    .action(async (execution: string, { json, error, cause, ...server }: Options) => {
      const api = await connect(context.world, server)
      const reason = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
      const stoppedAt = timeOf(await api.stopExecution(execution, reason))
      answer(context, json === true, { stoppedAt }, () =>
        context.paint.state('halted', `${execution} stopped at ${stoppedAt}`),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast stop order:6f1c --cause "wrong customer"', 'stops it, and says why'],
  ])
}
