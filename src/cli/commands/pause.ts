/** `pause`: a deployment stays where it is, with the traffic as it is, until somebody decides. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { deploymentUnderWay } from '../deployments/find.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly reason?: string; readonly json?: true }

export function pauseCommand(context: Context): Command {
  const command = new Command('pause')
    .description('keep a deployment where it is, with the traffic as it is, until it is resumed or halted')
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .option('--reason <text>', 'why; told to everybody who looks')
    .option('--json', 'print the deployment as JSON')
    .action(async (project: string, config: string | undefined, options: Options) => {
      const api = await connect(context.world, options)
      const id = await deploymentUnderWay(api, project, config)
      await api.deploys.pause(id, options.reason)
      await showAsIs(context, api, id, { server: options, json: options.json === true })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast pause acme/shop production --reason "looking at the errors"', 'it goes no further'],
  ])
}
