/** `machines versions`: what was published of a state machine. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { printable } from '../../paint.ts'
import { printTable } from '../../table.ts'
import { ago, timeOf } from '../../times.ts'

type Options = ServerOptions & {
  readonly limit: number
  readonly cursor?: string
  readonly delete?: number
  readonly json?: true
}

export function versionsCommand(context: Context): Command {
  const { world, paint } = context
  const command = new Command('versions')
    .description('list the versions of a state machine, the latest first; or delete one')
    .argument('<machine>', 'name or ARN')
    .option('--delete <number>', 'delete this version, unless an alias points at it', wholeNumber(1))
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async (machine: string, options: Options) => {
      const { machines } = await connect(world, options)
      const json = options.json === true
      if (options.delete !== undefined) {
        await machines.deleteVersion(machine, options.delete)
        const version = `${printable(machine)}:${options.delete}`
        return answer(
          context,
          json,
          { deleted: options.delete },
          () => `${paint.state('halted', 'deleted')}  ${version}`,
        )
      }
      const { items, cursor } = await machines.versions(machine, { limit: options.limit, cursor: options.cursor })
      const told = items.map((item) => ({ ...item, createdAt: timeOf(item.createdAt) }))
      const head = ['VERSION', 'PUBLISHED', 'DESCRIPTION'].map((word) => paint.dim(word))
      const rows = items.map(({ version, createdAt, description = '' }) => {
        return [String(version), ago(world.now() - createdAt), printable(description)]
      })
      const more = cursor === undefined ? '' : `\nmore: --cursor ${cursor}`
      answer(context, json, { items: told, ...(cursor === undefined ? {} : { cursor }) }, () =>
        items.length === 0 ? 'No versions.' : `${printTable([head, ...rows])}${more}`,
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast machines versions order', 'what was published'],
    ['holdfast machines versions order --delete 3', 'its number is not given again'],
  ])
}
