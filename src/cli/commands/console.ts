/** `console`: a link that signs in to the console, once. */
import { Command } from 'commander'
import { signInLinkOf } from '../../app/index.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function consoleCommand(context: Context): Command {
  const command = new Command('console')
    .description('a link that signs in to the console: good once, for a quarter of an hour')
    .option('--json', 'print it as JSON')
    .action(async (options: Options) => {
      const api = await connect(context.world, options)
      const invitation = await api.inviteToSignIn()
      const plain =
        invitation === undefined
          ? { url: api.url }
          : {
              url: signInLinkOf(api.url, invitation.code),
              expiresAt: new Date(invitation.expiresAt).toISOString(),
            }
      answer(context, options.json === true, plain, () => plain.url)
    })
  return withExamples(withServerOptions(command), [['holdfast console', 'prints the link; open it in a browser']])
}
