/** One execution in full: as JSON for scripts, as text for people. */
import { formatDuration, JsonSyntaxError } from '../base/index.ts'
import type { Execution } from './client/api.ts'
import { commandLine, quoted } from './command-line.ts'
import type { Context } from './context.ts'
import type { ServerOptions } from './find-server.ts'
import { shortExecution, shortMachine } from './names.ts'
import { printable, toneOfStatus, wordOfStatus } from './paint.ts'
import { prettyJson } from './pretty.ts'
import { labelled } from './print-error.ts'
import { pathOf, renderRows } from './progress/render.ts'
import type { ExecutionView } from '../asl/index.ts'
import { ago, localTime, timeOf } from './times.ts'
import { textWidth } from './world.ts'

/** JSON text; payloads spelled as they were. */
export function executionAsJson({ input, output, startedAt, stoppedAt, ...rest }: Execution): string {
  const plain = {
    ...rest,
    startedAt: timeOf(startedAt),
    ...(stoppedAt === undefined ? {} : { stoppedAt: timeOf(stoppedAt) }),
  }
  const payloads = [`"input":${input}`, ...(output === undefined ? [] : [`"output":${output}`])]
  return `${JSON.stringify(plain).slice(0, -1)},${payloads.join(',')}}`
}

export function executionAsText(
  context: Context,
  execution: Execution,
  view: ExecutionView,
  server: ServerOptions,
): string {
  const { paint, world } = context
  const { arn, status, input, output } = execution
  const name = shortExecution(arn)
  const tone = toneOfStatus(status)
  const stop = commandLine(world, `stop ${quoted(name)}`, server)
  return [
    `${paint.state(tone, wordOfStatus(status))}  ${paint.bold(printable(name))}`,
    ...labelled(factsOf(context, execution, view), paint, textWidth(world.out)),
    '',
    ...renderRows(view, { paint, now: world.now(), width: world.out.columns, height: maxRows }),
    '',
    section('input', input, context),
    ...(output === undefined ? [] : [section('output', output, context)]),
    ...(status === 'RUNNING' ? ['', `${paint.dim('stop it')}  ${stop}`] : []),
  ].join('\n')
}

function factsOf({ world }: Context, execution: Execution, view: ExecutionView) {
  const { arn, machine, error, cause, startedAt, stoppedAt } = execution
  return [
    ['failed at', view.failed === undefined ? undefined : pathOf(view.failed)],
    ['error', error],
    ['cause', cause === undefined ? undefined : causeText(cause)],
    ['machine', shortMachine(machine)],
    ['started', `${localTime(startedAt, world.timeZone)}  (${ago(world.now() - startedAt)})`],
    ['took', stoppedAt === undefined ? undefined : formatDuration(stoppedAt - startedAt)],
    ['arn', arn],
  ] as const
}

const maxRows = 500

function section(label: string, json: string, { paint }: Context): string {
  return `${paint.dim(label)} ${prettyJson(json)}`
}

/** Lambda and nested executions tell their cause as JSON, in one line. */
export function causeText(cause: string): string {
  if (!cause.startsWith('{')) return cause
  try {
    return prettyJson(cause)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return cause
    throw error
  }
}
