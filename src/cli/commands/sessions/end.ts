/** `sessions end`: somebody is signed out of the console, wherever they are. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly own?: true; readonly all?: true; readonly json?: true }

export function endSessionCommand(context: Context): Command {
  const command = new Command('end')
    .description('sign somebody out of the console; with their token they can sign in again')
    .argument('[id]', 'of the session, as holdfast sessions list prints it')
    .option('--own', 'one of your own, for which nobody has to be an admin')
    .option('--all', 'with --own: all of yours, wherever you are signed in')
    .option('--json', 'print the result as JSON')
    .action(async (id: string | undefined, options: Options) => {
      const { own = false, all = false, json = false } = options
      if ((id === undefined) !== all || (all && !own)) throw whichOne()
      const { access } = await connect(context.world, options)
      const { paint } = context
      if (id === undefined) {
        const ended = await access.endOwnSessions()
        answer(context, json, { ended }, () => `${paint.state('halted', 'ended')}  ${ended} of your sessions`)
        return
      }
      await access.endSession(id, { own })
      answer(context, json, { id, ended: true }, () => `${paint.state('halted', 'ended')}  ${id}`)
    })
  return withExamples(withServerOptions(command), [
    ['holdfast sessions end ses_01kah3v6r3c0pmv8m2zq7w9x5t', 'when a browser was left open somewhere'],
    ['holdfast sessions end --own --all', 'when your laptop is lost'],
  ])
}

const whichOne = () =>
  cliError('cli.usage', 'It is not clear which session is to end', {
    accepted: 'the id of one, or --own --all for all of yours',
    repair: 'holdfast sessions list --own',
  })
