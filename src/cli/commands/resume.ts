/** `resume`: a paused deployment goes on. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { deploymentUnderWay } from '../deployments/find.ts'
import { followDeployment } from '../deployments/follow.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & {
  readonly from?: string
  readonly detach?: true
  readonly json?: true
}

export function resumeCommand(context: Context): Command {
  const command = new Command('resume')
    .description('let a paused deployment go on, and show how it goes')
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .option('--from <state>', 'begin at this state: waits and hooks before it are not asked again')
    .option('--detach', 'return at once')
    .option('--json', 'print each change as a JSON line')
    .action(async (project: string, config: string | undefined, options: Options) => {
      const api = await connect(context.world, options)
      const id = await deploymentUnderWay(api, project, config)
      await api.deploys.resume(id, options.from)
      const json = options.json === true
      if (options.detach === true) return showAsIs(context, api, id, { server: options, json })
      await followDeployment(context, { api, id, server: options, json })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast resume acme/shop production', 'it goes on where it was'],
    ['holdfast resume dep_01k… --from Switch', 'no more baking: all of the traffic now'],
  ])
}
