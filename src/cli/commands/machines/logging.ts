/** `machines logging`: which events of a machine's histories are logged, and to which files. */
import { Argument, Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { oneOf } from '../../options.ts'
import { printable } from '../../paint.ts'
import { timeOf } from '../../times.ts'

/** What can be logged, the most first. */
export const loggingLevels = ['ALL', 'ERROR', 'FATAL', 'OFF'] as const
type Level = (typeof loggingLevels)[number]

type Options = ServerOptions & { readonly withData?: true; readonly group?: string; readonly json?: true }

export function loggingCommand(context: Context): Command {
  const command = new Command('logging')
    .description('log the histories of a state machine to files of the server, for the executions to come')
    .argument('<machine>', 'name or ARN')
    .addArgument(new Argument('<level>', 'all, error, fatal or off').argParser(oneOf(loggingLevels)))
    .option('--with-data', 'with inputs and outputs')
    .option('--group <name>', 'log group: the name of its files under logs/groups (default: /states/NAME)')
    .option('--json', 'print the change as JSON')
    .action((machine: string, level: Level, options: Options) => run(context, { machine, level, options }))
  return withExamples(withServerOptions(command), [
    ['holdfast machines logging order error', 'what fails, without inputs and outputs'],
    ['holdfast machines logging quote all --with-data --group /shop/quotes', 'everything, of an express machine too'],
    ['holdfast machines logging order off', 'nothing any more'],
  ])
}

type Asked = { readonly machine: string; readonly level: Level; readonly options: Options }

async function run(context: Context, { machine, level, options }: Asked): Promise<void> {
  const { withData: data, group, json, ...server } = options
  const api = await connect(context.world, server)
  const { updatedAt, ...changed } = await api.machines.setLogging(machine, {
    ...{ level, includeExecutionData: data === true },
    ...(group === undefined ? {} : { group }),
  })
  answer(context, json === true, { ...changed, updatedAt: timeOf(updatedAt) }, () => {
    const told = level === 'OFF' ? 'logs nothing' : `logs ${level.toLowerCase()}${data === true ? ', with data' : ''}`
    return `${context.paint.state('done', 'changed')}  ${printable(machine)} ${told}`
  })
}
