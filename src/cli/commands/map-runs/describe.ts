/** `map-runs describe`: one run of a distributed Map. */
import { Command } from 'commander'
import { formatDuration } from '../../../base/index.ts'
import type { MapRun } from '../../client/map-run-api.ts'
import { commandLine, quoted } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { shortExecution } from '../../names.ts'
import { printable, toneOfStatus, wordOfStatus } from '../../paint.ts'
import { labelled } from '../../print-error.ts'
import { progressOf, progressWords } from '../../progress/map-run.ts'
import { ago, localTime } from '../../times.ts'
import { textWidth } from '../../world.ts'
import { labelOfRun, mapRunAsJson } from './text.ts'

type Options = ServerOptions & { readonly json?: true }

export function describeMapRunCommand(context: Context): Command {
  const command = new Command('describe')
    .description('one map run: how far it is, how fast it goes, and what it may do')
    .argument('<arn>', 'as holdfast map-runs list prints it')
    .option('--json', 'print it as JSON')
    .action(async (arn: string, options: Options) => {
      const run = await (await connect(context.world, options)).mapRuns.describe(arn)
      answer(context, options.json === true, mapRunAsJson(run), () => runAsText(run, context, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast map-runs describe arn:aws:states:…:mapRun:order/each:6f1c…', 'items done, failed and left'],
  ])
}

function runAsText(run: MapRun, { paint, world }: Context, server: ServerOptions): string {
  const { status, items, executions, error, cause, startedAt, stoppedAt, redriveCount } = run
  const now = world.now()
  const parent = shortExecution(run.execution)
  const facts = [
    ['items', progressWords(progressOf(run, now))],
    [
      'executions',
      items.total === executions.total ? undefined : `${executions.succeeded} of ${executions.total} done`,
    ],
    ['at once', run.maxConcurrency === 0 ? 'as many as the server lets run' : String(run.maxConcurrency)],
    ['may fail', tolerance(run)],
    ['redriven', redriveCount === 0 ? undefined : `${redriveCount} times`],
    ['for good', forGood(run)],
    ['error', error],
    ['cause', cause],
    ['started', `${localTime(startedAt, world.timeZone)}  (${ago(now - startedAt)})`],
    ['took', stoppedAt === undefined ? undefined : formatDuration(stoppedAt - startedAt)],
    ['arn', run.arn],
  ] as const
  return [
    `${paint.state(toneOfStatus(status), wordOfStatus(status))}  ${paint.bold(printable(labelOfRun(run)))} of ${printable(parent)}`,
    ...labelled(facts, paint, textWidth(world.out)),
    ...(status === 'FAILED'
      ? [`${paint.dim('go on')}  ${commandLine(world, `redrive ${quoted(parent)}`, server)}`]
      : []),
  ].join('\n')
}

function tolerance({ toleratedFailureCount: count, toleratedFailurePercentage: percentage }: MapRun): string {
  const parts = [...(count > 0 ? [`${count} items`] : []), ...(percentage > 0 ? [`${percentage} %`] : [])]
  return parts.length === 0 ? 'nothing' : parts.join(' or ')
}

function forGood({ items: { failuresNotRedrivable = 0 } }: MapRun): string | undefined {
  return failuresNotRedrivable === 0 ? undefined : `${failuresNotRedrivable} items cannot be redriven`
}
