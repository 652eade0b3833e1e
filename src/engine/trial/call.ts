/** The real call of a task that is tested without a mock. */
import type { TrialAnswer } from '../../asl/index.ts'
import { uuid4 } from '../../base/index.ts'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Engine } from '../engine.ts'
import { taskCancelled } from '../errors.ts'
import type { ResourceHandler, TaskAnswer, TaskCall, WireRequest, WireResponse } from '../resource-handler.ts'
import { findHandler } from '../run/calls.ts'
import { unexpected } from '../run/observed-call.ts'
import { isNestedStart, nestedParameters, startedOutput } from '../task/nested.ts'
import type { CalledTrial, TrialCall } from './run.ts'

/** AWS ends a test after five minutes. */
const longestCallMs = 300_000

/** The trail knows of it before anything is called. */
export async function callForTrial(engine: Engine, actor: Actor, trial: Revealing): Promise<CalledTrial> {
  const { call, reveal } = trial
  await engine.store.write((tx) =>
    appendRecord(tx, {
      at: engine.clock.now(),
      actor,
      action: 'state.test',
      subject: { type: 'resource', id: call.resource.arn },
      ...(reveal ? { change: { revealSecrets: true } } : {}),
    }),
  )
  if (isNestedStart(call)) return { answer: await startNested(engine, actor, trial) }
  const handler = findHandler(engine.handlers, call)
  if (!('call' in handler)) return { answer: handler }
  const wire: Wire = {}
  return { answer: await callInTime(engine, handler, taskCall(trial, wire)), wire }
}

type Revealing = TrialCall & { readonly reveal: boolean }
type Wire = { request?: WireRequest; response?: WireResponse }

async function startNested(engine: Engine, actor: Actor, { call }: TrialCall): Promise<TrialAnswer> {
  const parameters = nestedParameters(call.input)
  if (typeof parameters === 'string') return { kind: 'failed', error: 'States.Runtime', cause: parameters }
  const started = await engine.writer.submit({ kind: 'start', actor, ...parameters, nested: undefined })
  return { kind: 'succeeded', output: startedOutput(started, uuid4(engine.randomBytes)) }
}

async function callInTime(engine: Engine, handler: ResourceHandler, call: TaskCall): Promise<TrialAnswer> {
  const { timeoutMs = longestCallMs } = call
  const controller = new AbortController()
  const timedOut = Promise.withResolvers<TrialAnswer>()
  const cancel = engine.clock.alarm(engine.clock.now() + timeoutMs, () => {
    controller.abort(taskCancelled())
    timedOut.resolve({ kind: 'timedOut' })
  })
  try {
    return await Promise.race([timedOut.promise, answerOf(handler, call, controller.signal)])
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

const taskCall = ({ call, executionArn, reveal }: Revealing, wire: Wire): TaskCall => ({
  resource: call.resource,
  input: call.input,
  executionArn,
  stateName: call.stateName,
  idempotencyKey: executionArn,
  attempt: 0,
  token: undefined,
  roleArn: call.roleArn,
  timeoutMs: Math.min((call.timeoutSeconds ?? longestCallMs / 1000) * 1000, longestCallMs),
  inspect: {
    reveal,
    sends: (request) => void (wire.request = request),
    got: (response) => void (wire.response = response),
  },
})
