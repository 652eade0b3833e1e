/** A command where the release is: on the first of its hosts, or on each of them at the same time. */
import type { z } from 'zod'
import { HoldfastError, parseDuration } from '../../base/index.ts'
import { type TaskContext, TaskFailure } from '../../engine/index.ts'
import type { RanCommand } from '../../host/index.ts'
import type { WorkingCopyPlace } from '../deployer.ts'
import { fleetOf } from '../deployment/describe.ts'
import { type Deployment, requireDeployment } from '../deployment/rows.ts'
import type { HookWorld } from './procedures.ts'
import type { runCommandInput } from './schemas.ts'

export type CommandHook = z.output<typeof runCommandInput> & { readonly deployment: string }

export type CommandReport = {
  readonly ran: readonly { readonly host: string; readonly tookMs: number; readonly output: string }[]
}

/** @throws TaskFailure CommandFailed with its last lines, CommandLost, NoWorkingCopy, Unavailable (worth another try) */
export async function runCommands(
  { deploys, hosts }: HookWorld,
  context: TaskContext,
  hook: CommandHook,
): Promise<CommandReport> {
  const { read } = deploys.store
  const deployment = requireDeployment(read, hook.deployment)
  const copies = fleetOf(deploys, read, deployment.fleet).workingCopies
  const chosen = hook.on === 'one' ? copies.slice(0, 1) : copies
  if (chosen.length === 0) throw new TaskFailure('NoWorkingCopy', whyNone(deployment))
  const ran = await Promise.all(
    chosen.map(async (place) => {
      const outcome = await toldByPlace(place, () =>
        hosts.run<'runCommand'>(place.host, orderOf(hook, { deployment, place, context }), context.signal),
      )
      requireGood(place, outcome)
      return { host: place.hostName, tookMs: outcome.tookMs, output: outcome.output }
    }),
  )
  return { ran }
}

const whyNone = ({ state, target }: Deployment): string =>
  state === 'FailureHooks'
    ? 'the release is taken back already: its working copies are gone'
    : `a release on the target "${target}" has no working copy that commands could be run in`

type Where = { readonly deployment: Deployment; readonly place: WorkingCopyPlace; readonly context: TaskContext }

/** The key is of this visit to the state: a repetition of it finds what became of the first. */
function orderOf(hook: CommandHook, { deployment, place, context }: Where) {
  const { command, folder, environment, secrets, service, user, timeout, repeatable } = hook
  return {
    kind: 'runCommand' as const,
    key: `${context.idempotencyKey}/${place.host}`,
    fence: { scope: deployment.fleet, term: deployment.term },
    workingCopy: place.workingCopy,
    ...{ command, folder, environment, secrets, repeatable },
    ...(service === undefined ? {} : { service }),
    ...(user === undefined ? {} : { user }),
    timeoutMs: parseDuration(timeout),
  }
}

async function toldByPlace<T>({ hostName }: WorkingCopyPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const what = `on ${hostName}: ${error.message} (${error.code})`
    const name = error.kind === 'unavailable' ? 'Unavailable' : namesOf[error.code]
    throw new TaskFailure(name ?? 'CommandFailed', error.repair === undefined ? what : `${what}; ${error.repair}`, {
      cause: error,
    })
  }
}

const namesOf: Readonly<Record<string, string>> = {
  'host.command_lost': 'CommandLost',
  'host.copy_missing': 'NoWorkingCopy',
}

function requireGood({ hostName }: WorkingCopyPlace, { how, code, signal, output, tookMs }: RanCommand): void {
  if (how === 'exited' && code === 0) return
  const ends = {
    exited: `ended with ${code}`,
    killed: `was killed by ${signal ?? 'a signal'}`,
    'timed-out': `did not end within ${tookMs} ms and was killed`,
    'out-of-memory': 'used more memory than it may and was killed',
  }
  throw new TaskFailure(
    'CommandFailed',
    `the command ${ends[how]} on ${hostName}${output === '' ? '' : `:\n${output}`}`,
  )
}
