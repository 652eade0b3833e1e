/** `locks`: which places are closed, or have a deployment under way. */
import { Command } from 'commander'
import type { Lock } from '../client/deploy-schemas.ts'
import { commandLine } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { placeArguments } from '../deployments/words.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { type Cell, fittingTable } from '../fitting-table.ts'
import { ago, localTime } from '../times.ts'
import { textWidth } from '../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function locksCommand(context: Context): Command {
  const command = new Command('locks')
    .description('which places are closed by somebody, or have a deployment under way')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const { value, plain } = await (await connect(context.world, options)).deploys.locks()
      answer(context, options.json === true, plain, () => locksText(context, value, options))
    })
  return withExamples(withServerOptions(command), [['holdfast locks', 'who holds what, and why']])
}

function locksText({ world, paint }: Context, locks: readonly Lock[], server: ServerOptions): string {
  const held = locks.filter(({ owner }) => owner !== undefined)
  const [first] = held
  if (first === undefined)
    return `Nothing is locked. Close a place: ${commandLine(world, 'lock PROJECT CONFIG --reason WHY', server)}`
  const columns = [
    { head: 'PROJECT' },
    { head: 'CONFIG' },
    { head: 'HELD BY' },
    { head: 'SINCE', weight: 2 },
    { head: 'UNTIL', weight: 3 },
    { head: 'REASON', weight: 1 },
  ]
  const rows = held.map(
    ({ project, config, kind, owner = '', ownerName = owner, reason, takenAt, expiresAt }): readonly Cell[] => [
      project,
      config,
      ownerName,
      ago(world.now() - takenAt),
      kind === 'deployment' ? 'it has ended' : localTime(expiresAt, world.timeZone),
      reason,
    ],
  )
  const person = held.find(({ kind }) => kind === 'person')
  const next = person === undefined ? `status ${placeArguments(first)}` : `unlock ${placeArguments(person)}`
  return [
    fittingTable(columns, rows, { paint, width: textWidth(world.out) }),
    `${paint.dim(person === undefined ? 'look at it' : 'open it')}  ${commandLine(world, next, server)}`,
  ].join('\n')
}
