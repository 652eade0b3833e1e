/** `keys revoke`: nothing more that this key signs is accepted. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function revokeKeyCommand(context: Context): Command {
  const command = new Command('revoke')
    .description('accept nothing more that a key signs; what was accepted stays, and can be rolled back to')
    .argument('<id>', 'of the key, as holdfast keys list prints it')
    .option('--json', 'print the key as JSON')
    .action(async (id: string, options: Options) => {
      await (await connect(context.world, options)).deploys.revokeKey(id)
      answer(
        context,
        options.json === true,
        { id, revoked: true },
        () => `${context.paint.state('halted', 'revoked')}  ${id}`,
      )
    })
  return withExamples(withServerOptions(command), [['holdfast keys revoke 0f1e2d3c4b5a6978', 'when a laptop is lost']])
}
