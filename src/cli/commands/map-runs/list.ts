/** `map-runs list`: the runs of the distributed Maps of an execution. */
import { Command } from 'commander'
import type { MapRun } from '../../client/map-run-api.ts'
import { commandLine, quoted } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { wholeNumber } from '../../options.ts'
import { type Paint, printable, toneOfStatus, wordOfStatus } from '../../paint.ts'
import { progressOf, progressWords } from '../../progress/map-run.ts'
import { printTable } from '../../table.ts'
import { ago } from '../../times.ts'
import { labelOfRun, mapRunAsJson } from './text.ts'

type Options = ServerOptions & { readonly limit: number; readonly cursor?: string; readonly json?: true }

export function listMapRunsCommand(context: Context): Command {
  const command = new Command('list')
    .description('the map runs of an execution, newest first: how far each is')
    .argument('<execution>', 'MACHINE:NAME or ARN')
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action((execution: string, options: Options) => list(context, execution, options))
  return withExamples(withServerOptions(command), [
    ['holdfast map-runs list order:6f1c', 'items done, failed and left, and how fast it goes'],
  ])
}

async function list(context: Context, execution: string, options: Options): Promise<void> {
  const { mapRuns } = await connect(context.world, options)
  const { items, cursor } = await mapRuns.list(execution, { limit: options.limit, cursor: options.cursor })
  const runs: MapRun[] = []
  for (const { arn } of items) runs.push(await mapRuns.describe(arn))
  const told = { items: runs.map(mapRunAsJson), ...(cursor === undefined ? {} : { cursor }) }
  answer(context, options.json === true, told, () => runsAsText(runs, context, options, cursor))
}

function runsAsText(
  runs: readonly MapRun[],
  { paint, world }: Context,
  server: ServerOptions,
  cursor: string | undefined,
): string {
  const [latest] = runs
  if (latest === undefined) return 'No map runs: the execution has begun no distributed Map.'
  const head = ['STATUS', 'MAP', 'STARTED', 'ITEMS'].map((word) => paint.dim(word))
  const table = printTable([head, ...runs.map((run) => rowOf(run, paint, world.now()))])
  const look = commandLine(world, `map-runs describe ${quoted(latest.arn)}`, server)
  const more = cursor === undefined ? [] : [`${paint.dim('more'.padEnd(11))}  --cursor ${cursor}`]
  return [table, `${paint.dim('look at one')}  ${look}`, ...more].join('\n')
}

const rowOf = (run: MapRun, paint: Paint, now: number): readonly string[] => [
  paint.state(toneOfStatus(run.status), wordOfStatus(run.status)),
  printable(labelOfRun(run)),
  ago(now - run.startedAt),
  progressWords(progressOf(run, now)),
]
