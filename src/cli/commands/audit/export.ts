/** `audit export`: the trail as JSON lines, to keep and verify elsewhere. */
import { Command } from 'commander'
import { type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'

type Options = ServerOptions & { readonly from?: number; readonly to?: number }

export function exportCommand(context: Context): Command {
  const command = new Command('export')
    .description('print the audit trail as JSON lines, oldest first, then what proves it: audit verify --file')
    .option('--from <seq>', 'first record', wholeNumber(1))
    .option('--to <seq>', 'last record', wholeNumber(1))
    .option('--json', 'the same: it is always JSON lines')
    .action(async ({ from, to, ...server }: Options) => {
      const api = await connect(context.world, server)
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      for await (const chunk of await api.exportTrail(range)) context.world.out.write(chunk)
    })
  return withExamples(withServerOptions(command), [['holdfast audit export > trail.jsonl', 'a copy for the auditor']])
}
