/** `people invite`: another link to join by, for whoever has lost the first, or password and authenticator. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { timeOf } from '../../times.ts'
import { joinLink } from './add.ts'

type Options = ServerOptions & { readonly json?: true }

export function invitePersonCommand(context: Context): Command {
  const command = new Command('invite')
    .description('a link to choose password and authenticator anew: good once, for three days')
    .argument('<login>', 'who')
    .option('--json', 'print it as JSON')
    .action(async (login: string, options: Options) => {
      const api = await connect(context.world, options)
      const join = await api.people.invite(login)
      const link = joinLink(api.url, join)
      answer(context, options.json === true, { link, expiresAt: timeOf(join.expiresAt) }, () => link)
    })
  return withExamples(withServerOptions(command), [['holdfast people invite mika', 'prints the link; hand it to them']])
}
