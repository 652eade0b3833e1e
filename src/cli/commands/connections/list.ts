/** `connections list`: how HTTP tasks may prove who they are, and where; never a secret. */
import { Command } from 'commander'
import type { ListedConnection } from '../../client/connection-api.ts'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { ago, timeOf } from '../../times.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function listConnectionsCommand(context: Context): Command {
  const command = new Command('list')
    .description('the connections of HTTP tasks, those of the configuration too, without their secrets')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const found = await (await connect(context.world, options)).connections.list()
      const plain = found.map(({ changedAt, ...one }) => ({
        ...one,
        ...(changedAt === undefined ? {} : { changedAt: timeOf(changedAt) }),
      }))
      answer(context, options.json === true, plain, () => connectionsText(context, found, options))
    })
  return withExamples(withServerOptions(command), [['holdfast connections list', 'all of them']])
}

function connectionsText(
  { world, paint }: Context,
  connections: readonly ListedConnection[],
  server: ServerOptions,
): string {
  if (connections.length === 0) {
    return `No connections. To add one: ${commandLine(world, 'connections add NAME --host HOST --basic USER', server)}`
  }
  const columns = [
    { head: 'NAME' },
    { head: 'KIND' },
    { head: 'FROM' },
    { head: 'CHANGED' },
    { head: 'HOSTS', weight: 1 },
  ]
  const rows = connections.map(({ name, kind, from, allowedHosts, changedAt }): readonly Cell[] => [
    ...[name, kind, from],
    changedAt === undefined ? '' : ago(world.now() - changedAt),
    allowedHosts.join(', '),
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}
