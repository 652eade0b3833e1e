/** `protect`: how many others have to agree before anything is deployed to a place. */
import { Command, InvalidArgumentError } from 'commander'
import { formatDuration } from '../../base/index.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly approvals: number; readonly within?: string; readonly json?: true }

export function protectCommand(context: Context): Command {
  const command = new Command('protect')
    .description('how many people besides the one who asks have to agree to a deployment; rollbacks never wait')
    .argument('<project>', 'org/name')
    .argument('<config>', 'environment, such as production')
    .option('--approvals <count>', '0 to 10; 0: nobody is asked', wholeNumber, 1)
    .option('--within <duration>', 'so long a deployment waits for them (default: 4h)')
    .option('--json', 'print it as JSON')
    .action(async (project: string, config: string, options: Options) => {
      const { approvals, within } = options
      const api = await connect(context.world, options)
      const request = { approvals, ...(within === undefined ? {} : { within }) }
      const protection = await api.approvals.protect(project, config, request)
      const words =
        protection === null
          ? 'nobody else is asked'
          : `${protection.approvals} other${protection.approvals === 1 ? '' : 's'} to agree within ${formatDuration(protection.livesMs)}`
      answer(
        context,
        options.json === true,
        { protection },
        () => `${context.paint.state('done', 'set')} ${project} › ${config}: ${words}`,
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast protect acme/shop production --approvals 2', 'two others agree to each plan'],
    ['holdfast protect acme/shop staging --approvals 0', 'nobody is asked any more'],
  ])
}

function wholeNumber(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number is accepted.')
}
