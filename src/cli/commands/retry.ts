/** `retry`: the same signed release once more. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { followDeployment } from '../deployments/follow.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly from?: string; readonly detach?: true; readonly json?: true }

export function retryCommand(context: Context): Command {
  const command = new Command('retry')
    .description('try a failed or halted deployment again: the same signed release, a new attempt')
    .argument('<id>', 'of the deployment, as holdfast history lists them')
    .option('--from <state>', 'checks, waits and hooks before this state are not asked again')
    .option('--detach', 'return as soon as it has begun')
    .option('--json', 'print each change as a JSON line')
    .action(async (named: string, options: Options) => {
      const api = await connect(context.world, options)
      const { id } = (await api.deploys.retry(named, options.from)).value
      const json = options.json === true
      if (options.detach === true) return showAsIs(context, api, id, { server: options, json })
      await followDeployment(context, { api, id, server: options, json })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast retry dep_01k…', 'from the lock on, when what was wrong is mended'],
    ['holdfast retry dep_01k… --from Start', 'the hooks before have done their work'],
  ])
}
