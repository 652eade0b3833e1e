/** `machines list`: the state machines that there are. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { printable } from '../../paint.ts'
import { printTable } from '../../table.ts'
import { ago, timeOf } from '../../times.ts'

type Options = ServerOptions & { readonly limit: number; readonly cursor?: string; readonly json?: true }

export function listMachinesCommand(context: Context): Command {
  const { world, paint } = context
  const command = new Command('list')
    .description('list the state machines, by name')
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), 100)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const { limit, cursor: after } = options
      const { items, cursor } = await (await connect(world, options)).machines.list({ limit, cursor: after })
      const told = items.map((item) => ({ ...item, createdAt: timeOf(item.createdAt) }))
      const head = ['MACHINE', 'TYPE', 'CREATED'].map((word) => paint.dim(word))
      const rows = items.map(({ name, type, createdAt }) => [printable(name), type, ago(world.now() - createdAt)])
      const more = cursor === undefined ? '' : `\nmore: --cursor ${cursor}`
      answer(context, options.json === true, { items: told, ...(cursor === undefined ? {} : { cursor }) }, () =>
        items.length === 0 ? 'No state machines.' : `${printTable([head, ...rows])}${more}`,
      )
    })
  return withExamples(withServerOptions(command), [['holdfast machines list', 'what can be started here']])
}
