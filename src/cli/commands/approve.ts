/** `approve` and `refuse`: what somebody else wants to deploy, agreed to or not, after a look at its plan. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import { type Context, withExamples } from '../context.ts'
import { deploymentUnderWay } from '../deployments/find.ts'
import { showAsIs } from '../deployments/show-as-is.ts'
import { cliError } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { printable } from '../paint.ts'

type Options = ServerOptions & { readonly plan?: string; readonly reason?: string; readonly json?: true }

export function approveCommand(context: Context): Command {
  const command = new Command('approve')
    .description('agree to the plan of a deployment that waits for it; it is shown first')
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .option('--plan <hash>', 'of the plan that was looked at; without it the plan is shown and asked about')
    .option('--reason <text>', 'told to everybody who looks')
    .option('--json', 'print the deployment as JSON')
    .action((project: string, config: string | undefined, options: Options) =>
      vote(context, { project, config, verdict: 'approve', options }),
    )
  return withExamples(withServerOptions(command), [
    ['holdfast approve acme/shop production', 'shows the plan, and asks'],
    ['holdfast approve dep_01m8… --plan 9f3c2a71', 'without asking: this plan and no other'],
  ])
}

export function refuseCommand(context: Context): Command {
  const command = new Command('refuse')
    .description('refuse the plan of a deployment that waits to be agreed to: it is halted, and nothing was changed')
    .argument('<project>', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .requiredOption('--reason <text>', 'why; told to who asked, and to everybody who looks')
    .option('--json', 'print the deployment as JSON')
    .action((project: string, config: string | undefined, options: Options) =>
      vote(context, { project, config, verdict: 'refuse', options }),
    )
  return withExamples(withServerOptions(command), [
    ['holdfast refuse acme/shop production --reason "not on sale day"', 'halts it'],
  ])
}

type Voting = {
  readonly project: string
  readonly config: string | undefined
  readonly verdict: 'approve' | 'refuse'
  readonly options: Options
}

async function vote(context: Context, { project, config, verdict, options }: Voting): Promise<void> {
  const api = await connect(context.world, options)
  const id = await deploymentUnderWay(api, project, config)
  const plan = options.plan ?? (await seenPlan(context, api, { id, verdict }))
  const { reason } = options
  await api.approvals.vote(id, { plan, verdict, ...(reason === undefined ? {} : { reason }) })
  await showAsIs(context, api, id, { server: options, json: options.json === true })
}

/** Nobody agrees to what they have not seen. */
async function seenPlan(
  { world }: Context,
  api: Api,
  { id, verdict }: { readonly id: string; readonly verdict: Voting['verdict'] },
): Promise<string> {
  const { hash, text } = await api.approvals.planOf(id)
  if (verdict === 'refuse') return hash
  world.err.write(`${printable(text)}\n`)
  const reply = await world.ask(`Agree to this plan of ${id}? [y/N] `)
  if (reply !== undefined && /^y(es)?$/i.test(reply.trim())) return hash
  throw cliError('cli.not_confirmed', `Not approved: ${id} goes on waiting`, {
    accepted: reply === undefined ? `--plan ${hash.slice(0, 12)}, where nobody can be asked` : 'y, or --plan HASH',
  })
}
