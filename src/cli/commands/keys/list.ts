/** `keys list`: whose signatures are accepted. */
import { Command } from 'commander'
import type { Key } from '../../client/deploy-schemas.ts'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { ago } from '../../times.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function listKeysCommand(context: Context): Command {
  const command = new Command('list')
    .description('whose signatures are accepted, revoked ones too')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const { value, plain } = await (await connect(context.world, options)).deploys.keys()
      answer(context, options.json === true, plain, () => keysText(context, value, options))
    })
  return withExamples(withServerOptions(command), [['holdfast keys list', 'all of them']])
}

function keysText({ world, paint }: Context, keys: readonly Key[], server: ServerOptions): string {
  if (keys.length === 0) {
    return `No keys. The first deploy makes and registers yours; or: ${commandLine(world, 'keys add FILE --name NAME', server)}`
  }
  const columns = [{ head: 'KEY' }, { head: 'STATE' }, { head: 'NAME' }, { head: 'ADDED', weight: 1 }]
  const rows = keys.map(({ id, name, createdAt, revokedAt }): readonly Cell[] => [
    id,
    revokedAt === undefined
      ? { tone: 'done', word: 'accepted' }
      : { tone: 'failed', word: `revoked ${ago(world.now() - revokedAt)}` },
    name,
    ago(world.now() - createdAt),
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}
