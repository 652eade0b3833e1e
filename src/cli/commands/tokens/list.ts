/** `tokens list`: who can prove themselves, since when, and until when; never a secret. */
import { Command } from 'commander'
import type { Token } from '../../client/access-api.ts'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { printable } from '../../paint.ts'
import { ago, localTime } from '../../times.ts'
import { textWidth } from '../../world.ts'
import { grantsText, plainToken } from './add.ts'

type Options = ServerOptions & { readonly all?: true; readonly json?: true }

export function listTokensCommand(context: Context): Command {
  const command = new Command('list')
    .description('the tokens that open something, without their secrets')
    .option('--all', 'those that are over or revoked, too')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const found = await (await connect(context.world, options)).access.tokens()
      const tokens = options.all === true ? found : found.filter(({ state }) => state === 'good')
      answer(context, options.json === true, tokens.map(plainToken), () => tokensText(context, tokens, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast tokens list', 'who can come in'],
    ['holdfast tokens list --all', 'and who once could'],
  ])
}

function tokensText({ world, paint }: Context, tokens: readonly Token[], server: ServerOptions): string {
  const columns = [
    { head: 'TOKEN' },
    { head: 'STATE' },
    { head: 'NAME' },
    { head: 'MAY', weight: 4 },
    { head: 'MADE', weight: 3 },
    { head: 'BY', weight: 3 },
    { head: 'USED', weight: 1 },
    { head: 'UNTIL', weight: 2 },
  ]
  const rows = tokens.map((token): readonly Cell[] => [
    token.id,
    stateOf(token),
    printable(token.name),
    grantsText(token),
    ago(world.now() - token.createdAt),
    printable(makerOf(token)),
    token.lastUsedAt === undefined ? 'never' : ago(Math.max(0, world.now() - token.lastUsedAt)),
    token.expiresAt === undefined ? 'revoked' : localTime(token.expiresAt, world.timeZone),
  ])
  return [
    fittingTable(columns, rows, { paint, width: textWidth(world.out) }),
    `${paint.dim('make one')}  ${commandLine(world, 'tokens add NAME --may ROLE --for 90d', server)}`,
  ].join('\n')
}

/** Whose it is, or who made it for somebody else. */
const makerOf = ({ madeBy }: Token): string =>
  madeBy === undefined ? 'unknown' : madeBy.type === 'system' ? 'Holdfast' : (madeBy.name ?? madeBy.id)

function stateOf({ state }: Token): Cell {
  if (state === 'good') return { tone: 'done', word: 'good' }
  return state === 'over' ? { tone: 'waiting', word: 'over' } : { tone: 'failed', word: 'revoked' }
}
