/** `why`: why a deployment is as it is, who can mend it, and with which command. */
import { Command } from 'commander'
import { type Context, answer, withExamples } from '../context.ts'
import { explanationText } from '../deployments/explanation-text.ts'
import { deploymentNamed } from '../deployments/find.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function whyCommand(context: Context): Command {
  const command = new Command('why')
    .description('why a deployment is as it is: what happened, what it means, who can mend it and how')
    .argument('<id>', 'of the deployment; or PROJECT CONFIG for the last one there')
    .argument('[config]', 'environment, such as production')
    .option('--json', 'print it as JSON')
    .action(async (named: string, config: string | undefined, options: Options) => {
      const api = await connect(context.world, options)
      const { value, plain } = await api.deploys.why(await deploymentNamed(api, named, config))
      answer(context, options.json === true, plain, () => explanationText(context, value, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast why dep_01k…', 'one deployment'],
    ['holdfast why acme/shop production', 'the last one there'],
  ])
}
