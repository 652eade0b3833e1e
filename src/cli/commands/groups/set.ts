/** `groups set`: a group, and what its members may do. Who is in it is said with `people`. */
import { Command } from 'commander'
import type { Grant } from '../../../access/index.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { gatherGrants, printGrants } from '../../grants.ts'

type Options = ServerOptions & { readonly may: readonly Grant[]; readonly json?: true }

export function setGroupCommand(context: Context): Command {
  const command = new Command('set')
    .description('make a group, or change what its members may do')
    .argument('<group>', 'its name')
    .requiredOption('--may <grant>', 'all they may do from now on; as often as there are some', gatherGrants)
    .option('--json', 'print the group as JSON')
    .action(async (name: string, options: Options) => {
      const group = await (await connect(context.world, options)).people.setGroup(name, { grants: options.may })
      answer(context, options.json === true, group, () => {
        const members = group.members.join(', ') || 'nobody yet: holdfast people set NAME --group ' + name
        return `${context.paint.state('done', 'set')} ${name}: may ${printGrants(group.grants)}; members: ${members}`
      })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast groups set shop-team --may deployer@acme/shop --may viewer', 'who is in it ships one project'],
  ])
}
