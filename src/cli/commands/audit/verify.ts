/** `audit verify`: walks the hash chain of the trail. */
import { Command } from 'commander'
import type { Verification } from '../../client/api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import type { Paint } from '../../paint.ts'

type Options = ServerOptions & { readonly from?: number; readonly to?: number; readonly json?: true }

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description('prove that no record of the audit trail was changed, removed or inserted')
    .option('--from <seq>', 'first record', wholeNumber(1))
    .option('--to <seq>', 'last record', wholeNumber(1))
    .option('--json', 'print what was found as JSON')
    .action(async ({ json, from, to, ...server }: Options) => {
      const api = await connect(context.world, server)
      const found = await api.verifyTrail({
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })
      if (!found.ok) context.exitWith(exitCodes.failed)
      answer(context, json === true, found, () => report(found, context.paint))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast audit verify', 'the whole trail'],
    ['holdfast audit verify --from 1000 --json', 'from there on, for a monitor'],
  ])
}

function report({ ok, checked, broken, unsealed, head }: Verification, paint: Paint): string {
  const verdict = ok
    ? paint.state('done', `${checked} records, the chain holds`)
    : paint.state('failed', `the chain breaks at record ${broken?.seq ?? '?'}: ${broken?.reason ?? 'unknown reason'}`)
  const tail = `  ${paint.dim('unsealed')} ${unsealed}`
  return [verdict, ...(head === undefined ? [] : [`  ${paint.dim('head    ')} ${head.seq} ${head.hash}`]), tail].join(
    '\n',
  )
}
