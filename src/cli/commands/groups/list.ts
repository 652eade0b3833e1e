/** `groups list`: what the members of each group may do, and who they are. */
import { Command } from 'commander'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { fittingTable } from '../../fitting-table.ts'
import { printGrants } from '../../grants.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function listGroupsCommand(context: Context): Command {
  const command = new Command('list')
    .description('the groups, what their members may do, and who they are')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const { world, paint } = context
      const groups = await (await connect(world, options)).people.groups()
      answer(context, options.json === true, groups, () => {
        const make = commandLine(world, 'groups set NAME --may ROLE', options)
        if (groups.length === 0) return `No groups. To make one: ${make}`
        const columns = [{ head: 'GROUP' }, { head: 'MAY', weight: 2 }, { head: 'MEMBERS', weight: 1 }]
        const rows = groups.map(({ name, grants, members }) => [name, printGrants(grants), members.join(', ')])
        return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
      })
    })
  return withExamples(withServerOptions(command), [['holdfast groups list', 'all of them']])
}
