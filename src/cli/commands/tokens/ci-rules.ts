/** `tokens ci-rules`: which jobs of pipelines get a token, and what they may by it. */
import { Command } from 'commander'
import type { CiRule } from '../../client/access-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { printGrants } from '../../grants.ts'
import { printable } from '../../paint.ts'
import { textWidth } from '../../world.ts'

type Options = ServerOptions & { readonly json?: true }

export function ciRulesCommand(context: Context): Command {
  const command = new Command('ci-rules')
    .description('which jobs of pipelines get a token for their ID token, and what they may by it')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const rules = await (await connect(context.world, options)).access.ciRules()
      answer(context, options.json === true, rules, () => rulesText(context, rules))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast tokens ci-rules', 'what `ci` in holdfast.config.ts lets in'],
  ])
}

function rulesText({ world, paint }: Context, rules: readonly CiRule[]): string {
  if (rules.length === 0) return 'No pipeline gets a token: ci in holdfast.config.ts names no issuer'
  const columns = [{ head: 'ISSUER' }, { head: 'JOBS OF', weight: 1 }, { head: 'MAY', weight: 2 }]
  const rows = rules.map(({ issuer, claims, grants }): readonly Cell[] => [
    issuer,
    printable(
      Object.entries(claims)
        .map(([name, wanted]) => `${name}=${wanted.join('|')}`)
        .join(' '),
    ),
    printGrants(grants),
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}
