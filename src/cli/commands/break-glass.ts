/** `break-glass` and `review`: going ahead without approval in an emergency, and the look at it afterwards. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { deploymentUnderWay } from '../deployments/find.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly reason: string; readonly json?: true }

export function breakGlassCommand(context: Context): Command {
  const command = new Command('break-glass')
    .description(
      'let a deployment go ahead without approval, in an emergency; everybody is told, and somebody looks at it later',
    )
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .requiredOption('--reason <text>', 'why it cannot wait; in the trail for ever')
    .option('--json', 'print the deployment as JSON')
    .action(async (project: string, config: string | undefined, options: Options) => {
      const api = await connect(context.world, options)
      const id = await deploymentUnderWay(api, project, config)
      await api.approvals.breakGlass(id, options.reason)
      await showAsIs(context, api, id, { server: options, json: options.json === true })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast break-glass acme/shop production --reason "checkout is down, the fix is in"', 'goes ahead at once'],
  ])
}

type ReviewOptions = ServerOptions & { readonly note: string; readonly json?: true }

export function reviewCommand(context: Context): Command {
  const command = new Command('review')
    .description('say what you found in a deployment that went ahead without approval')
    .argument('<deployment>', 'its id')
    .requiredOption('--note <text>', 'what you found')
    .option('--json', 'print the deployment as JSON')
    .action(async (id: string, options: ReviewOptions) => {
      const api = await connect(context.world, options)
      await api.approvals.review(id, options.note)
      await showAsIs(context, api, id, { server: options, json: options.json === true })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast review dep_01m8… --note "the change is right; test added"', 'closes the matter'],
  ])
}
