/** `show`: one execution: what it is, what each state did, what went in and came out. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import { type Context, print, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { type ProgressEvent, ExecutionView } from '../../asl/index.ts'
import { progressOf } from '../progress/map-run.ts'
import { followToEnd } from '../progress/follow-to-end.ts'
import { executionAsJson, executionAsText } from '../show-execution.ts'
import { timeOf } from '../times.ts'

type Options = ServerOptions & { readonly history?: true; readonly follow?: true; readonly json?: true }

export function showCommand(context: Context): Command {
  const command = new Command('show')
    .description('show one execution: status, states, input and output')
    .argument('[execution]', 'MACHINE:NAME or ARN; of a MACHINE alone the latest; the latest of all without')
    .option('--follow', 'show its progress until it has ended')
    .option('--history', 'print every event of its history instead')
    .option('--json', 'print it as JSON; the history as JSON lines')
    .action((named: string | undefined, options: Options) => show(context, named, options))
  return withExamples(withServerOptions(command), [
    ['holdfast show', 'the latest: what happened, state by state'],
    ['holdfast show order:6f1c --follow', 'live, until it has ended'],
    ['holdfast show order:6f1c --history --json', 'every event, as AWS records it'],
  ])
}

async function show(context: Context, named: string | undefined, options: Options): Promise<void> {
  const api = await connect(context.world, options)
  const arn = await arnOf(api, named)
  if (arn.includes(':express:')) return showExpress(context, api, arn, options)
  if (options.history === true) return showHistory(context, api, arn, options)
  if (options.follow === true) {
    return followToEnd(context, { api, arn, server: options, json: options.json === true })
  }
  const execution = await api.execution(arn)
  if (options.json === true) return print(context, executionAsJson(execution))
  const view = new ExecutionView()
  for await (const event of api.history(arn)) view.apply(event)
  for (const { mapRun } of view.mapRuns.slice(-mapRunsShown)) {
    view.tellMapRun(mapRun, progressOf(await api.mapRuns.describe(mapRun), context.world.now()))
  }
  print(context, executionAsText(context, execution, view, options))
}

/** Of an execution that runs through a distributed Map again and again, the latest. */
const mapRunsShown = 20

/** An express execution keeps no history, so there is nothing to follow either. */
async function showExpress(context: Context, api: Api, arn: string, options: Options): Promise<void> {
  if (options.history === true || options.follow === true) {
    throw cliError('cli.usage', 'An express execution keeps no history', {
      place: options.history === true ? '--history' : '--follow',
      accepted: 'show without it: status, input and output',
    })
  }
  const execution = await api.expressExecution(arn)
  const text = (): string => executionAsText(context, execution, new ExecutionView(), options)
  print(context, options.json === true ? executionAsJson(execution) : text())
}

/** What is named in full is the server's to find. */
async function arnOf(api: Api, named: string | undefined): Promise<string> {
  if (named?.includes(':') === true) return named
  const { items } = await api.executions({ ...(named === undefined ? {} : { machine: named }), limit: 1 })
  const latest = items[0]
  if (latest !== undefined) return latest.arn
  throw cliError('cli.no_execution', named === undefined ? 'Nothing has run yet' : `${named} has not run yet`, {
    repair: 'start one: holdfast asl run FILE',
  })
}

async function showHistory(context: Context, api: Api, arn: string, { json }: Options): Promise<void> {
  for await (const event of api.history(arn)) {
    print(context, json === true ? JSON.stringify(event) : eventAsText(event, context))
  }
}

function eventAsText({ id, previousEventId, type, timestamp, details }: ProgressEvent, { paint }: Context): string {
  const name = typeof details?.['name'] === 'string' ? `  ${details['name']}` : ''
  const error = typeof details?.['error'] === 'string' ? `  ${details['error']}` : ''
  return `${String(id).padStart(5)} ${paint.dim(`← ${String(previousEventId).padEnd(5)} ${timeOf(timestamp)}`)}  ${type}${name}${error}`
}
