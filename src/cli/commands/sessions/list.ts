/** `sessions list`: who is signed in to the console, and with what browser. */
import { Command } from 'commander'
import type { Session } from '../../client/access-api.ts'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { printable } from '../../paint.ts'
import { ago, localTime, timeOf } from '../../times.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly own?: true; readonly json?: true }

export function listSessionsCommand(context: Context): Command {
  const command = new Command('list')
    .description('who is signed in to the console')
    .option('--own', 'where you are signed in yourself, for which nobody has to be an admin')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const sessions = await (await connect(context.world, options)).access.sessions({ own: options.own === true })
      const plain = sessions.map(({ createdAt, expiresAt, lastUsedAt, ...session }) => ({
        ...{ ...session, createdAt: timeOf(createdAt), expiresAt: timeOf(expiresAt) },
        ...(lastUsedAt === undefined ? {} : { lastUsedAt: timeOf(lastUsedAt) }),
      }))
      answer(context, options.json === true, plain, () => sessionsText(context, sessions, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast sessions list', 'all of them'],
    ['holdfast sessions list --own', 'yours'],
  ])
}

function sessionsText({ world, paint }: Context, sessions: readonly Session[], server: ServerOptions): string {
  if (sessions.length === 0)
    return `Nobody is signed in. A link to the console: ${commandLine(world, 'console', server)}`
  const columns = [
    { head: 'SESSION' },
    { head: 'WHO' },
    { head: 'SINCE' },
    { head: 'USED' },
    { head: 'UNTIL', weight: 2 },
    { head: 'BROWSER', weight: 1 },
  ]
  const rows = sessions.map(({ id, holder, createdAt, expiresAt, lastUsedAt, userAgent = '' }): readonly Cell[] => [
    ...[id, printable(holder.name), ago(world.now() - createdAt)],
    lastUsedAt === undefined ? 'never' : ago(Math.max(0, world.now() - lastUsedAt)),
    ...[localTime(expiresAt, world.timeZone), printable(userAgent)],
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}
