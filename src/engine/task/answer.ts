/** Answers from outside: whoever holds a task token tells how the task went. */
import { type Actor, requirePermission } from '../../access/index.ts'
import type { Event } from '../../asl/index.ts'
import { JsonSyntaxError, type JsonText, parseJson } from '../../base/index.ts'
import type { Action } from '../../audit/index.ts'
import type { Engine } from '../engine.ts'
import { invalidTaskOutput, taskClosed } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import { failureRequest, heartbeatRequest, successRequest } from './schemas.ts'

/** Tokens are as good as keys, and payloads may hold anything. */
const hidden = { awsNames: { token: 'taskToken' }, hidden: ['token', 'output', 'error', 'cause'] }

/** @throws HoldfastError request.invalid, task.token_invalid, task.output_invalid, task.closed */
export async function sendTaskSuccess(
  engine: Engine,
  actor: Actor,
  request: { readonly token: string; readonly output: JsonText },
): Promise<void> {
  requirePermission(actor, 'task.succeed')
  const { token, output } = parseRequest(successRequest, request, hidden)
  const { executionId, ...attempt } = engine.readToken(token)
  requireOutput(output)
  const event: Event = { kind: 'taskSucceeded', ...attempt, output }
  await answer(engine, executionId, event, { actor, action: 'task.succeed' })
}

/** @throws HoldfastError request.invalid, task.token_invalid, task.closed */
export async function sendTaskFailure(
  engine: Engine,
  actor: Actor,
  request: { readonly token: string; readonly error?: string; readonly cause?: string },
): Promise<void> {
  requirePermission(actor, 'task.fail')
  const { token, error, cause } = parseRequest(failureRequest, request, hidden)
  const { executionId, ...attempt } = engine.readToken(token)
  const event: Event = {
    kind: 'taskFailed',
    ...attempt,
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  }
  await answer(engine, executionId, event, { actor, action: 'task.fail' })
}

/** Moves the task's heartbeat timer. @throws HoldfastError request.invalid, task.token_invalid, task.closed */
export async function sendTaskHeartbeat(
  engine: Engine,
  actor: Actor,
  request: { readonly token: string },
): Promise<void> {
  requirePermission(actor, 'task.heartbeat')
  const { token } = parseRequest(heartbeatRequest, request, hidden)
  const { executionId, ...attempt } = engine.readToken(token)
  await answer(engine, executionId, { kind: 'heartbeat', ...attempt }, undefined)
}

async function answer(
  engine: Engine,
  executionId: number,
  event: Event,
  trail: { readonly actor: Actor; readonly action: Action } | undefined,
): Promise<void> {
  const work = { kind: 'event', executionId, event, ...(trail === undefined ? {} : { trail }) } as const
  if ((await engine.writer.submit(work)) !== 'applied') throw taskClosed()
}

function requireOutput(text: string): void {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw invalidTaskOutput(error.reason)
    throw error
  }
}
