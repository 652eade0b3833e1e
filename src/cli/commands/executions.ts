/** `executions`: what ran and what runs, newest first. */
import { Command } from 'commander'
import { formatDuration, parseDuration } from '../../base/index.ts'
import type { ExecutionStatus, ExecutionSummary, Page } from '../client/api.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { commandLine, quoted } from '../command-line.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { oneOf, wholeNumber } from '../options.ts'
import { type Paint, printable, toneOfStatus, wordOfStatus } from '../paint.ts'
import { printTable } from '../table.ts'
import { ago, timeOf } from '../times.ts'
import type { World } from '../world.ts'

type Options = ServerOptions & {
  readonly machine?: string
  readonly status?: ExecutionStatus
  readonly name?: string
  readonly error?: string
  readonly input?: string
  readonly since?: string
  readonly limit: number
  readonly cursor?: string
  readonly express?: true
  readonly json?: true
}

const usualLimit = 20
const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const

export function executionsCommand(context: Context): Command {
  const command = new Command('executions')
    .alias('ls')
    .description('list executions, newest first')
    .option('--machine <name>', 'only of this state machine (name or ARN)')
    .option('--status <status>', 'only running, succeeded, failed, timed_out or aborted ones', oneOf(statuses))
    .option('--name <text>', 'only those with this text in their name')
    .option('--error <text>', 'only those that ended with this text in their error')
    .option('--input <text>', 'only those with this text in the JSON of their input')
    .option('--since <duration>', 'only those started lately, such as 1h or 7d')
    .option('--express', 'express executions, which run in memory; a synchronous one is listed from its end')
    .option('--limit <count>', 'so many at once', wholeNumber(1, 1000), usualLimit)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const { json, express, since, data: _data, url: _url, ...query } = options
      const from = since === undefined ? {} : { startedSince: timeOf(context.world.now() - parseDuration(since)) }
      const page = await (await connect(context.world, options)).executions({ ...query, ...from }, express)
      answer(context, json === true, pageAsJson(page), () => pageAsText(page, context, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast executions', 'the latest 20'],
    ['holdfast executions --status failed --machine order', 'what went wrong there'],
    ['holdfast executions --since 1d --input A-7', 'those that were given A-7, since yesterday'],
  ])
}

type Listed = Page<ExecutionSummary> & { readonly searched?: number | undefined }

function pageAsJson({ items, cursor, searched }: Listed): unknown {
  const times = (item: ExecutionSummary) => ({
    ...item,
    startedAt: timeOf(item.startedAt),
    ...(item.stoppedAt === undefined ? {} : { stoppedAt: timeOf(item.stoppedAt) }),
  })
  const more = { ...(cursor === undefined ? {} : { cursor }), ...(searched === undefined ? {} : { searched }) }
  return { items: items.map(times), ...more }
}

function pageAsText({ items, cursor, searched }: Listed, { paint, world }: Context, server: Options): string {
  const [latest] = items
  if (latest === undefined && searched !== undefined && cursor !== undefined) {
    const on = commandLine(world, `${wordsOf(server)} --cursor ${cursor}`, server)
    return `None among the newest ${searched}. Search the older ones: ${on}`
  }
  if (latest === undefined) return nothingFound(world, server)
  const head = ['STATUS', 'EXECUTION', 'STARTED', 'TOOK'].map((word) => paint.dim(word))
  const table = printTable([head, ...items.map((item) => rowOf(item, paint, world.now()))])
  const looked = items.find(({ status }) => toneOfStatus(status) === 'failed') ?? latest
  const next = [
    ['look at one', commandLine(world, `show ${quoted(shortExecution(looked.arn))}`, server)],
    ...(cursor === undefined
      ? []
      : [
          [
            searched === undefined ? 'more' : 'older',
            commandLine(world, `${wordsOf(server)} --cursor ${cursor}`, server),
          ],
        ]),
  ]
  return [table, ...next.map(([label = '', line]) => `${paint.dim(label.padEnd(11))}  ${line}`)].join('\n')
}

function nothingFound(world: World, options: Options): string {
  const { machine, status, cursor, name, error, input, since } = options
  const isFiltered = [machine, status, cursor, name, error, input, since].some((given) => given !== undefined)
  if (isFiltered) return `No such executions. All of them: ${commandLine(world, 'executions', options)}`
  return `No executions. Start one: ${commandLine(world, 'asl run FILE', options)}`
}

const texts = ['name', 'error', 'input', 'since'] as const

/** The command once more, as it was narrowed. */
function wordsOf({ machine, status, limit, express, ...text }: Options): string {
  return [
    'executions',
    ...(express === undefined ? [] : ['--express']),
    ...(machine === undefined ? [] : [`--machine ${quoted(machine)}`]),
    ...(status === undefined ? [] : [`--status ${status.toLowerCase()}`]),
    ...texts.flatMap((name) => (text[name] === undefined ? [] : [`--${name} ${quoted(text[name])}`])),
    ...(limit === usualLimit ? [] : [`--limit ${limit}`]),
  ].join(' ')
}

function rowOf({ arn, status, startedAt, stoppedAt }: ExecutionSummary, paint: Paint, now: number): readonly string[] {
  return [
    paint.state(toneOfStatus(status), wordOfStatus(status)),
    printable(shortExecution(arn)),
    ago(now - startedAt),
    formatDuration(Math.max(0, (stoppedAt ?? now) - startedAt)),
  ]
}
