/** `executions`: what ran and what runs, newest first. */
import { Command } from 'commander'
import { formatDuration } from '../../base/index.ts'
import type { ExecutionStatus, ExecutionSummary, Page } from '../client/api.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { oneOf, wholeNumber } from '../options.ts'
import { type Paint, printable, toneOfStatus } from '../paint.ts'
import { printTable } from '../table.ts'
import { timeOf } from '../show-execution.ts'

type Options = ServerOptions & {
  readonly machine?: string
  readonly status?: ExecutionStatus
  readonly limit: number
  readonly cursor?: string
  readonly json?: true
}

const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const

export function executionsCommand(context: Context): Command {
  const command = new Command('executions')
    .alias('ls')
    .description('list executions, newest first')
    .option('--machine <name>', 'only of this state machine (name or ARN)')
    .option('--status <status>', 'only running, succeeded, failed, timed_out or aborted ones', oneOf(statuses))
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async ({ json, data, url, ...query }: Options) => {
      const api = await connect(context.world, { ...(data && { data }), ...(url && { url }) })
      const page = await api.executions(query)
      answer(context, json === true, pageAsJson(page), () => pageAsText(page, context))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast executions', 'the latest 20'],
    ['holdfast executions --status failed --machine order', 'what went wrong there'],
  ])
}

function pageAsJson({ items, cursor }: Page<ExecutionSummary>): unknown {
  const times = (item: ExecutionSummary) => ({
    ...item,
    startedAt: timeOf(item.startedAt),
    ...(item.stoppedAt === undefined ? {} : { stoppedAt: timeOf(item.stoppedAt) }),
  })
  return { items: items.map(times), ...(cursor === undefined ? {} : { cursor }) }
}

function pageAsText({ items, cursor }: Page<ExecutionSummary>, { paint, world }: Context): string {
  if (items.length === 0) return 'No executions. Start one: holdfast asl run FILE'
  const head = ['STATUS', 'EXECUTION', 'STARTED', 'TOOK'].map((word) => paint.dim(word))
  const table = printTable([head, ...items.map((item) => rowOf(item, paint, world.now()))])
  return cursor === undefined ? table : `${table}\n${paint.dim(`more: holdfast executions --cursor ${cursor}`)}`
}

function rowOf({ arn, status, startedAt, stoppedAt }: ExecutionSummary, paint: Paint, now: number): readonly string[] {
  return [
    paint.state(toneOfStatus(status), status.toLowerCase().replace('_', ' ')),
    printable(shortExecution(arn)),
    `${formatDuration(Math.max(0, now - startedAt))} ago`,
    formatDuration(Math.max(0, (stoppedAt ?? now) - startedAt)),
  ]
}
