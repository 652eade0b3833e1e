/** `groups remove`: its members lose what they had by it. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function removeGroupCommand(context: Context): Command {
  const command = new Command('remove')
    .description('remove a group; its members lose what they had by it, at once')
    .argument('<group>', 'its name')
    .option('--json', 'print its name as JSON')
    .action(async (name: string, options: Options) => {
      await (await connect(context.world, options)).people.removeGroup(name)
      answer(
        context,
        options.json === true,
        { removed: name },
        () => `${context.paint.state('done', 'removed')} ${name}`,
      )
    })
  return withExamples(withServerOptions(command), [['holdfast groups remove shop-team', 'and what it allowed']])
}
