/** `halt`: a deployment stops where it is, and what it did is taken back. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { deploymentUnderWay } from '../deployments/find.ts'
import { followDeployment } from '../deployments/follow.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { exitCodes } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly reason?: string; readonly detach?: true; readonly json?: true }

export function haltCommand(context: Context): Command {
  const command = new Command('halt')
    .description('stop a deployment wherever it is, and take back what it did')
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .option('--reason <text>', 'why; kept in the audit trail')
    .option('--detach', 'return at once, not when everything is taken back')
    .option('--json', 'print each change as a JSON line')
    .action((project: string, config: string | undefined, options: Options) =>
      halt(context, { project, config }, options),
    )
  return withExamples(withServerOptions(command), [
    ['holdfast halt acme/shop production --reason "wrong version"', 'the former version serves again'],
    ['holdfast halt dep_01k… --detach', 'one deployment, without waiting'],
  ])
}

type Named = { readonly project: string; readonly config: string | undefined }

async function halt(context: Context, { project, config }: Named, options: Options): Promise<void> {
  const api = await connect(context.world, options)
  const id = await deploymentUnderWay(api, project, config)
  await api.deploys.halt(id, options.reason)
  const json = options.json === true
  if (options.detach === true) return showAsIs(context, api, id, { server: options, json })
  const { status } = await followDeployment(context, { api, id, server: options, json })
  // That is what was wanted.
  context.exitWith(status === 'halted' ? exitCodes.ok : exitCodes.failed)
}
