/** `tokens revoke`: it opens nothing any more, nor do the sessions that it began. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function revokeTokenCommand(context: Context): Command {
  const command = new Command('revoke')
    .description(
      "take a token back: it opens nothing any more, nor do sessions that it began; a host's agent stays away",
    )
    .argument('<id>', 'of the token, as holdfast tokens list prints it')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: Options) => {
      await (await connect(context.world, options)).access.revokeToken(id)
      answer(
        context,
        options.json === true,
        { id, revoked: true },
        () => `${context.paint.state('halted', 'revoked')}  ${id}`,
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast tokens revoke tok_01kah3v6r3c0pmv8m2zq7w9x5t', 'when a laptop is lost'],
  ])
}
