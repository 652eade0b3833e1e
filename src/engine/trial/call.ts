/** The real call of a task that is tested without a mock. */
import type { TrialAnswer } from '../../asl/index.ts'
import { uuid4 } from '../../base/index.ts'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Engine } from '../engine.ts'
import { taskCancelled } from '../errors.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../resource-handler.ts'
import { findHandler } from '../run/calls.ts'
import { unexpected } from '../run/observed-call.ts'
import { isNestedStart, nestedParameters, startedOutput } from '../task/nested.ts'
import type { TrialCall } from './run.ts'

/** AWS ends a test after five minutes. */
const longestCallMs = 300_000

/** The trail knows of it before anything is called. */
export async function callForTrial(engine: Engine, actor: Actor, trial: TrialCall): Promise<TrialAnswer> {
  const { call } = trial
  await engine.store.write((tx) =>
    appendRecord(tx, {
      at: engine.clock.now(),
      actor,
      action: 'state.test',
      subject: { type: 'resource', id: call.resource.arn },
    }),
  )
  if (isNestedStart(call)) return startNested(engine, actor, trial)
  const handler = findHandler(engine.handlers, call)
  return 'call' in handler ? callInTime(engine, handler, trial) : handler
}

async function startNested(engine: Engine, actor: Actor, { call }: TrialCall): Promise<TrialAnswer> {
  const parameters = nestedParameters(call.input)
  if (typeof parameters === 'string') return { kind: 'failed', error: 'States.Runtime', cause: parameters }
  const started = await engine.writer.submit({ kind: 'start', actor, ...parameters, nested: undefined })
  return { kind: 'succeeded', output: startedOutput(started, uuid4(engine.randomBytes)) }
}

async function callInTime(engine: Engine, handler: ResourceHandler, trial: TrialCall): Promise<TrialAnswer> {
  const { timeoutSeconds = longestCallMs / 1000 } = trial.call
  const timeoutMs = Math.min(timeoutSeconds * 1000, longestCallMs)
  const controller = new AbortController()
  const timedOut = Promise.withResolvers<TrialAnswer>()
  const cancel = engine.clock.alarm(engine.clock.now() + timeoutMs, () => {
    controller.abort(taskCancelled())
    timedOut.resolve({ kind: 'timedOut' })
  })
  try {
    return await Promise.race([timedOut.promise, answerOf(handler, taskCall(trial, timeoutMs), controller.signal)])
  } finally {
    cancel()
  }
}

async function answerOf(handler: ResourceHandler, call: TaskCall, signal: AbortSignal): Promise<TaskAnswer> {
  try {
    return await handler.call(call, signal)
  } catch (error) {
    return unexpected(error)
  }
}

const taskCall = ({ call, executionArn }: TrialCall, timeoutMs: number): TaskCall => ({
  resource: call.resource,
  input: call.input,
  executionArn,
  stateName: call.stateName,
  idempotencyKey: executionArn,
  attempt: 0,
  token: undefined,
  roleArn: call.roleArn,
  timeoutMs,
})
