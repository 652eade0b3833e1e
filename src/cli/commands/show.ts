/** `show`: one execution: what it is, what each state did, what went in and came out. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import { type Context, print, withExamples } from '../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { type ProgressEvent, ExecutionView } from '../progress/view.ts'
import { executionAsJson, executionAsText } from '../show-execution.ts'

type Options = ServerOptions & { readonly history?: true; readonly json?: true }

export function showCommand(context: Context): Command {
  const command = new Command('show')
    .description('show one execution: status, states, input and output')
    .argument('<execution>', 'MACHINE:NAME or ARN, as holdfast executions prints it')
    .option('--history', 'print every event of its history instead')
    .option('--json', 'print it as JSON; the history as JSON lines')
    .action(async (execution: string, options: Options) => {
      const api = await connect(context.world, options)
      await (options.history === true
        ? showHistory(context, api, execution, options)
        : show(context, api, execution, options))
    })
  return withExamples(withServerOptions(command), [
    ['holdfast show order:6f1c', 'what happened, state by state'],
    ['holdfast show order:6f1c --history --json', 'every event, as AWS records it'],
  ])
}

async function show(context: Context, api: Api, id: string, { json }: Options): Promise<void> {
  const execution = await api.execution(id)
  if (json === true) return print(context, executionAsJson(execution))
  const view = new ExecutionView()
  for await (const event of api.history(id)) view.apply(event)
  const { world, paint } = context
  print(context, executionAsText(execution, view, { paint, now: world.now(), width: world.out.columns }))
}

async function showHistory(context: Context, api: Api, id: string, { json }: Options): Promise<void> {
  for await (const event of api.history(id)) {
    print(context, json === true ? JSON.stringify(event) : eventAsText(event, context))
  }
}

function eventAsText({ id, previousEventId, type, timestamp, details }: ProgressEvent, { paint }: Context): string {
  const name = typeof details?.['name'] === 'string' ? `  ${details['name']}` : ''
  const error = typeof details?.['error'] === 'string' ? `  ${details['error']}` : ''
  const time = new Date(timestamp).toISOString()
  return `${String(id).padStart(5)} ${paint.dim(`← ${String(previousEventId).padEnd(5)} ${time}`)}  ${type}${name}${error}`
}
