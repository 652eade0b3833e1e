/** `machines revisions`: who changed a state machine, when and what for. */
import { Command } from 'commander'
import type { Revision } from '../../client/machine-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { printable } from '../../paint.ts'
import { printTable } from '../../table.ts'
import { ago, timeOf } from '../../times.ts'

type Options = ServerOptions & { readonly limit: number; readonly cursor?: string; readonly json?: true }

export function revisionsCommand(context: Context): Command {
  const { world, paint } = context
  const command = new Command('revisions')
    .description('list the revisions of a state machine, the latest first: who made each, and what for')
    .argument('<machine>', 'name or ARN')
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async (machine: string, options: Options) => {
      const { machines } = await connect(world, options)
      const { items, cursor } = await machines.revisions(machine, { limit: options.limit, cursor: options.cursor })
      const told = items.map((item) => ({ ...item, createdAt: timeOf(item.createdAt) }))
      const head = ['REVISION', 'CHANGED', 'BY', 'VERSIONS', 'WHAT FOR'].map((word) => paint.dim(word))
      const rows = items.map((item) => rowOf(item, world.now()))
      const more = cursor === undefined ? '' : `\nmore: --cursor ${cursor}`
      answer(
        context,
        options.json === true,
        { items: told, ...(cursor === undefined ? {} : { cursor }) },
        () => `${printTable([head, ...rows])}${more}`,
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast machines revisions order', 'who changed it'],
    ['holdfast machines revisions order --json', 'with the ids that the API takes'],
  ])
}

function rowOf({ number, createdAt, madeBy, versions, summary = '' }: Revision, now: number): readonly string[] {
  return [String(number), ago(now - createdAt), printable(authorOf(madeBy)), versions.join(', '), printable(summary)]
}

function authorOf(madeBy: Revision['madeBy']): string {
  if (madeBy === undefined) return ''
  return madeBy.name ?? (madeBy.type === 'system' ? 'Holdfast' : madeBy.id)
}
