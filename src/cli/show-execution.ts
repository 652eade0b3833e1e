/** One execution in full: as JSON for scripts, as text for people. */
import { formatDuration } from '../base/index.ts'
import type { Execution } from './client/api.ts'
import { shortExecution, shortMachine } from './names.ts'
import { type Paint, printable, toneOfStatus } from './paint.ts'
import { prettyJson } from './pretty.ts'
import { renderRows } from './progress/render.ts'
import type { ExecutionView } from './progress/view.ts'

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

export type ShowOptions = { readonly paint: Paint; readonly now: number; readonly width: number }

export function executionAsText(execution: Execution, view: ExecutionView, { paint, now, width }: ShowOptions): string {
  const { arn, machine, status, input, output, error, cause, startedAt, stoppedAt } = execution
  const facts = [
    ['machine', shortMachine(machine)],
    ['started', `${timeOf(startedAt)}  (${formatDuration(Math.max(0, now - startedAt))} ago)`],
    ['took', stoppedAt === undefined ? undefined : formatDuration(stoppedAt - startedAt)],
    ['error', error],
    ['cause', cause],
    ['arn', arn],
  ] as const
  return [
    `${paint.bold(shortExecution(arn))}  ${paint.state(toneOfStatus(status), status.toLowerCase().replace('_', ' '))}`,
    ...facts.flatMap(([label, text]) =>
      text === undefined ? [] : [`  ${paint.dim(label.padEnd(8))} ${printable(text)}`],
    ),
    '',
    ...renderRows(view, { paint, now, width, height: maxRows }),
    '',
    section('input', input, paint),
    ...(output === undefined ? [] : [section('output', output, paint)]),
    ...(status === 'RUNNING' ? ['', paint.dim(`stop it: holdfast stop ${shortExecution(arn)}`)] : []),
  ].join('\n')
}

const maxRows = 500

function section(label: string, json: string, paint: Paint): string {
  return `${paint.dim(label)} ${prettyJson(json)}`
}

export const timeOf = (ms: number): string => new Date(ms).toISOString()
