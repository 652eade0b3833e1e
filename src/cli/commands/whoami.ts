/** `whoami`: as whom this command line acts, and what they may do. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { printGrants } from '../grants.ts'
import { printable } from '../paint.ts'

type Options = ServerOptions & { readonly json?: true }

export function whoamiCommand(context: Context): Command {
  const command = new Command('whoami')
    .description('as whom this command line acts, and what they may do')
    .option('--json', 'print it as JSON')
    .action(async (options: Options) => {
      const who = await (await connect(context.world, options)).approvals.whoAmI()
      const { name, id } = who.actor
      answer(context, options.json === true, who, () =>
        [`${context.paint.bold(printable(name ?? id))}  ${id}`, `may ${printGrants(who.grants)}`].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [['holdfast whoami', 'name, id and grants']])
}
