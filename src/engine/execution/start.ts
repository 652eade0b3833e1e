import { type Actor, requirePermission } from '../../access/index.ts'
import { byteLength, JsonSyntaxError, type JsonText, parseJson } from '../../base/index.ts'
import { parseStateMachineArn } from '../arn.ts'
import type { StartedExecution, StartExecutionRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { invalidExecutionInput, requestTooLarge } from '../errors.ts'
import { requireName } from '../name.ts'

/**
 * Starts an execution; resolves once it is durable. The same name and input while it runs answer the same execution.
 * @throws HoldfastError arn.invalid, machine.missing, machine.deleting, name.invalid, execution.exists, execution.input_invalid
 */
export async function startExecution(
  engine: Engine,
  actor: Actor,
  request: StartExecutionRequest,
): Promise<StartedExecution> {
  const { stateMachineArn, name, traceHeader } = request
  requirePermission(actor, 'execution.start', { type: 'machine', id: stateMachineArn })
  parseStateMachineArn(stateMachineArn)
  if (name !== undefined) requireName(name)
  const input = requireInput(request.input ?? '{}', engine.limits.payloadBytes)
  return engine.writer.submit({ kind: 'start', actor, stateMachineArn, name, input, traceHeader, nested: undefined })
}

function requireInput(text: string, limitBytes: number): JsonText {
  if (byteLength(text) > limitBytes) throw requestTooLarge('input', limitBytes)
  if (text.trim() === '') throw invalidExecutionInput('Invalid execution input.')
  try {
    parseJson(text)
    return text
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw invalidExecutionInput(error.reason)
    throw error
  }
}
