/** `history`: what was deployed, newest first. */
import { Command } from 'commander'
import { formatDuration } from '../../base/index.ts'
import type { Page } from '../client/api.ts'
import type { Deployment } from '../client/deploy-schemas.ts'
import { commandLine, quoted } from '../command-line.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { actorWords, toneOf, wordOf } from '../deployments/words.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { type Cell, fittingTable } from '../fitting-table.ts'
import { projectName, wholeNumber } from '../options.ts'
import { ago } from '../times.ts'
import { textWidth } from '../world.ts'

type Options = ServerOptions & { readonly limit: number; readonly cursor?: string; readonly json?: true }
type Named = { readonly project?: string; readonly config?: string }

const usualLimit = 20

export function historyCommand(context: Context): Command {
  const command = new Command('history')
    .description('what was deployed, newest first')
    .argument('[project]', 'org/name', projectName)
    .argument('[config]', 'environment, such as production')
    .option('--limit <count>', 'so many at once', wholeNumber(1, 199), usualLimit)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async (project: string | undefined, config: string | undefined, options: Options) => {
      const named = { ...(project === undefined ? {} : { project }), ...(config === undefined ? {} : { config }) }
      const { limit, cursor } = options
      const api = await connect(context.world, options)
      const { value, plain } = await api.deploys.deployments({ ...named, limit, cursor })
      answer(context, options.json === true, plain, () => historyText(context, value, named, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast history', 'everywhere'],
    ['holdfast history acme/shop production --limit 5', 'the last five there'],
  ])
}

function historyText(context: Context, { items, cursor }: Page<Deployment>, named: Named, options: Options): string {
  const { world, paint } = context
  const [latest] = items
  if (latest === undefined) return `Nothing was deployed. Do it: ${commandLine(world, 'deploy FILE', options)}`
  const hasPlace = named.config !== undefined
  const places = hasPlace ? [] : [{ head: 'PROJECT' }, { head: 'CONFIG' }]
  const columns = [
    { head: 'STATE' },
    { head: 'DEPLOYMENT' },
    ...places,
    { head: 'RELEASE', weight: 2 },
    { head: 'STARTED', weight: 1 },
    { head: 'TOOK', weight: 3 },
    { head: 'BY', weight: 4 },
    { head: 'WHY', weight: 5 },
  ]
  const rows = items.map((one): readonly Cell[] => [
    { tone: toneOf(one), word: wordOf(one) },
    one.id,
    ...(hasPlace ? [] : [one.project, one.config]),
    one.releaseId,
    ago(world.now() - one.createdAt),
    formatDuration((one.endedAt ?? world.now()) - one.createdAt),
    actorWords(one.requestedBy),
    (one.diagnosis?.what ?? '').replaceAll('\n', ' '),
  ])
  const failed = items.find(({ diagnosis }) => diagnosis !== undefined)
  const words = [
    'history',
    ...Object.values(named).map(quoted),
    ...(options.limit === usualLimit ? [] : [`--limit ${options.limit}`]),
  ]
  const next = [
    failed === undefined ? ['one of them', `status ${latest.id}`] : ['why', `why ${failed.id}`],
    ...(cursor === undefined ? [] : [['more', `${words.join(' ')} --cursor ${cursor}`]]),
  ]
  return [
    fittingTable(columns, rows, { paint, width: textWidth(world.out) }),
    ...next.map(([label = '', line = '']) => `${paint.dim(label.padEnd(11))}  ${commandLine(world, line, options)}`),
  ].join('\n')
}
