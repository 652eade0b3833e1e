/** An execution followed until it has ended, and what came of it. */
import { formatDuration } from '../../base/index.ts'
import type { Api, Execution, Watched } from '../client/api.ts'
import { commandLine, quoted } from '../command-line.ts'
import { type Context, print } from '../context.ts'
import { exitCodes } from '../errors.ts'
import type { ServerOptions } from '../find-server.ts'
import { shortExecution } from '../names.ts'
import { toneOfStatus, wordOfStatus } from '../paint.ts'
import { prettyJson } from '../pretty.ts'
import { labelled } from '../print-error.ts'
import { causeText, executionAsJson } from '../show-execution.ts'
import { textWidth } from '../world.ts'
import { type Followed, follow } from './follow.ts'
import { pathOf } from './render.ts'
import { ExecutionView } from '../../asl/index.ts'

export type FollowOptions = {
  readonly api: Api
  readonly arn: string
  /** As the person named it, for the commands that are suggested. */
  readonly server: ServerOptions
  /** Nothing but the execution as JSON at its end. */
  readonly json: boolean
}

/** Fails the command when the execution did not succeed. */
export async function followToEnd(context: Context, options: FollowOptions): Promise<void> {
  const { execution, view } = await watch(context, options)
  if (execution.status !== 'SUCCEEDED') context.exitWith(exitCodes.failed)
  print(context, options.json ? executionAsJson(execution) : outcome(context, options, { execution, view }))
}

type Ended = { readonly execution: Execution; readonly view: ExecutionView }

async function watch(context: Context, options: FollowOptions): Promise<Ended> {
  const { api, arn, json } = options
  const events = api.watch(arn, (ms) => context.world.pause(ms))
  try {
    const askMapRun = (run: string) => api.mapRuns.describe(run)
    const followed = json ? lastOf(events) : follow(context, shortExecution(arn), events, askMapRun)
    const { execution, view } = await followed
    return { execution: execution ?? (await api.execution(arn)), view }
  } catch (error) {
    sayWhereItIs(context, options)
    throw error
  }
}

async function lastOf(events: AsyncIterable<Watched>): Promise<Followed> {
  let execution: Execution | undefined
  for await (const watched of events) if (watched.kind === 'end') execution = watched.execution
  return { execution, view: new ExecutionView() }
}

/** Ctrl-C, or a server that does not come back: the execution is none the worse for it. */
function sayWhereItIs({ world }: Context, { arn, server }: FollowOptions): void {
  const name = quoted(shortExecution(arn))
  const head = world.interrupted.aborted ? 'It goes on without you.' : 'It goes on when the server is back.'
  world.err.write(
    `${head}\n  look at it  ${commandLine(world, `show ${name}`, server)}\n  stop it     ${commandLine(world, `stop ${name}`, server)}\n`,
  )
}

function outcome(context: Context, { server }: FollowOptions, { execution, view }: Ended): string {
  const { world, paint } = context
  const { arn, status, output, error, cause, startedAt, stoppedAt } = execution
  const verdict = paint.state(
    toneOfStatus(status),
    `${wordOfStatus(status)} in ${formatDuration((stoppedAt ?? startedAt) - startedAt)}`,
  )
  // The live display has said it already.
  const head = world.out.isTerminal ? [] : [verdict]
  if (output !== undefined) return [...head, prettyJson(output)].join('\n')
  const details = [
    ['at', view.failed === undefined ? undefined : pathOf(view.failed)],
    ['error', error],
    ['cause', cause === undefined ? undefined : causeText(cause)],
    ['closer', commandLine(world, `show ${quoted(shortExecution(arn))}`, server)],
  ] as const
  return [...head, ...labelled(details, paint, textWidth(world.out))].join('\n')
}
