/** `connections remove`: no call begins with it any more, and its secret is gone. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function removeConnectionCommand(context: Context): Command {
  const command = new Command('remove')
    .description('remove a connection and its secret; tasks that name it fail from now on')
    .argument('<name>', 'as holdfast connections list prints it')
    .option('--json', 'print it as JSON')
    .action(async (name: string, options: Options) => {
      await (await connect(context.world, options)).connections.remove(name)
      answer(
        context,
        options.json === true,
        { name, removed: true },
        () => `${context.paint.state('halted', 'removed')}  ${name}`,
      )
    })
  return withExamples(withServerOptions(command), [['holdfast connections remove shop', 'when it is no longer needed']])
}
