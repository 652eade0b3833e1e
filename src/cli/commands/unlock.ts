/** `unlock`: what this person has closed is open again. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../context.ts'
import { placeWords } from '../deployments/words.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { projectName } from '../options.ts'

type Options = ServerOptions & { readonly json?: true }

export function unlockCommand(context: Context): Command {
  const command = new Command('unlock')
    .description('open a place that you have closed; what is open already stays so')
    .argument('<project>', 'org/name', projectName)
    .argument('<config>', 'environment, such as production')
    .option('--json', 'print the place as JSON')
    .action(async (project: string, config: string, options: Options) => {
      const place = { project, config }
      await (await connect(context.world, options)).deploys.unlock(place)
      answer(context, options.json === true, { ...place, locked: false }, () => {
        return `${context.paint.state('done', 'open')}  ${context.paint.bold(placeWords(place))}`
      })
    })
  return withExamples(withServerOptions(command), [['holdfast unlock acme/shop production', 'deploying goes on']])
}
