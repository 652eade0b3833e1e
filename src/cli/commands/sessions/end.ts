/** `sessions end`: somebody is signed out of the console, wherever they are. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function endSessionCommand(context: Context): Command {
  const command = new Command('end')
    .description('sign somebody out of the console; with their token they can sign in again')
    .argument('<id>', 'of the session, as holdfast sessions list prints it')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: Options) => {
      await (await connect(context.world, options)).access.endSession(id)
      const ended = (): string => `${context.paint.state('halted', 'ended')}  ${id}`
      answer(context, options.json === true, { id, ended: true }, ended)
    })
  return withExamples(withServerOptions(command), [
    ['holdfast sessions end ses_01kah3v6r3c0pmv8m2zq7w9x5t', 'when a browser was left open somewhere'],
  ])
}
