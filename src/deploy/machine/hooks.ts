/** Hooks: procedures that are run on the way, each as an execution of its own. */
import { parseDuration, HoldfastError } from '../../base/index.ts'
import {
  describeExecution,
  describeStateMachine,
  type ExecutionDescription,
  executionArn,
  startExecution,
  stateMachineArn,
  stopExecution,
  watchExecution,
} from '../../engine/index.ts'
import { DeployFailure } from '../failure.ts'
import type { Hook, HookMoment } from '../release/schemas.ts'
import type { Run } from './run.ts'
import { systemActor } from './system.ts'

/** Every hook there will be: one that cannot run is told before anything is changed, not after the traffic has moved. @throws DeployFailure */
export async function requireHooks(run: Run): Promise<void> {
  const { hooks } = run.standings().fleet.release
  for (const moment of ['before', 'smoke', 'after', 'onFailure'] as const) {
    for (const [index, hook] of hooks[moment].entries()) {
      const field = `hooks.${moment}.${index}`
      await requireProcedure(run, hook, field)
      requireInput(run, hook, field)
    }
  }
}

/** Of those whose input is known here. A user's procedure checks its own. */
function requireInput({ deploys, id }: Run, { procedure, input = null }: Hook, field: string): void {
  const known = deploys.hooks?.().find(({ name }) => name === procedure)
  const [issue] = known?.input.safeParse({ deployment: id, input }).error?.issues ?? []
  if (issue === undefined) return
  throw new DeployFailure('user', `the hook ${procedure} cannot take its input: ${issue.message}`, {
    field: [field, ...issue.path].join('.'),
  })
}

async function requireProcedure(run: Run, { procedure }: Hook, field: string): Promise<void> {
  const engine = run.deploys.engine()
  try {
    await describeStateMachine(engine, systemActor, stateMachineArn(engine.account, procedure))
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.kind !== 'missing') throw error
    throw new DeployFailure('user', `there is no procedure "${procedure}"`, {
      field: `${field}.procedure`,
      cause: error,
    })
  }
}

/** Runs those of a moment that have not ended well yet, one after the other. @throws DeployFailure, Steered */
export async function runHooks(run: Run, moment: HookMoment): Promise<void> {
  const { release } = run.standings().fleet
  for (const [index, hook] of release.hooks[moment].entries()) {
    const name = `${moment}/${index}`
    if (run.progress.hooksDone.includes(name)) continue
    await runHook(run, name, hook)
    await run.remember({ hooksDone: [...run.progress.hooksDone, name] })
  }
}

async function runHook(run: Run, name: string, hook: Hook): Promise<void> {
  const { account } = run.deploys.engine()
  const execution = `${run.id}-${name.replace('/', '-')}-${run.progress.hookFailures ?? 0}`
  const arn = executionArn(account, hook.procedure, execution)
  const ended = await untilEnded(run, arn, hook, execution)
  if (ended.status === 'SUCCEEDED') return
  await run.remember({ hookFailures: (run.progress.hookFailures ?? 0) + 1 })
  const why = [ended.error, ended.cause].filter((text) => text !== undefined && text !== '').join(': ')
  throw new DeployFailure(
    'user',
    `the procedure ${hook.procedure} ended ${ended.status}${why === '' ? '' : `: ${why}`}`,
    {
      field: `hooks.${name.replace('/', '.')}`,
      command: `holdfast show ${arn}`,
    },
  )
}

async function untilEnded(run: Run, arn: string, hook: Hook, execution: string): Promise<ExecutionDescription> {
  const timeoutMs = parseDuration(hook.timeout)
  const leave = new AbortController()
  const cancel = run.deploys.clock.alarm(run.now + timeoutMs, () => leave.abort())
  try {
    const begun = (await find(run, arn)) ?? (await begin(run, hook, execution, arn))
    if (begun.status !== 'RUNNING') return begun
    await run.race(watchToEnd(run, arn, leave.signal))
    if (leave.signal.aborted) await stop(run, arn, `not ended within ${hook.timeout}`)
  } catch (error) {
    // Halted, too late or lost: nobody waits for it any more. When the process itself ends, the next one finds it running.
    if (!run.context.signal.aborted) await stop(run, arn, 'its deployment was stopped')
    throw error
  } finally {
    cancel()
    leave.abort()
  }
  return describeExecution(run.deploys.engine(), systemActor, arn)
}

async function watchToEnd(run: Run, arn: string, signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([signal, run.signal])
  const pieces = watchExecution(run.deploys.engine(), systemActor, { executionArn: arn }, either)
  // Only its end is of interest.
  while ((await pieces.next()).done !== true);
}

async function begin(run: Run, hook: Hook, execution: string, arn: string): Promise<ExecutionDescription> {
  const { releaseId, project, config } = run.deployment
  const engine = run.deploys.engine()
  const input = JSON.stringify({
    deployment: run.id,
    release: { id: releaseId, project, config },
    input: hook.input ?? null,
  })
  try {
    const machine = stateMachineArn(engine.account, hook.procedure)
    await startExecution(engine, systemActor, { stateMachineArn: machine, name: execution, input }, run.cause)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.kind !== 'missing') throw error
    // It was removed since the plan was made.
    throw new DeployFailure('user', `there is no procedure "${hook.procedure}"`, { cause: error })
  }
  return describeExecution(engine, systemActor, arn)
}

async function find(run: Run, arn: string): Promise<ExecutionDescription | undefined> {
  try {
    return await describeExecution(run.deploys.engine(), systemActor, arn)
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'missing') return undefined
    throw error
  }
}

async function stop(run: Run, arn: string, why: string): Promise<void> {
  if ((await find(run, arn)) === undefined) return
  await stopExecution(run.deploys.engine(), systemActor, { executionArn: arn, error: 'Stopped', cause: why })
}
