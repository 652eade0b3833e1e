/** `traffic`: requests, failures and latency over the time of a deployment, the old version against the new one. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../context.ts'
import { deploymentNamed } from '../deployments/find.ts'
import { trafficText } from '../deployments/traffic-text.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function trafficCommand(context: Context): Command {
  const command = new Command('traffic')
    .description('the traffic over the time of a deployment: the old version against the new one')
    .argument('<id>', 'of the deployment; or PROJECT CONFIG for the last one there')
    .argument('[config]', 'environment, such as production')
    .option('--json', 'print it as JSON')
    .action(async (named: string, config: string | undefined, options: Options) => {
      const api = await connect(context.world, options)
      const { value, plain } = await api.deploys.traffic(await deploymentNamed(api, named, config))
      answer(context, options.json === true, plain, () => trafficText(context, value.items))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast traffic dep_01k…', 'one deployment'],
    ['holdfast traffic acme/shop production --json', 'the last one there, for a program'],
  ])
}
