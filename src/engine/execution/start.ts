import { type Actor, requirePermission } from '../../access/index.ts'
import type { Cause } from '../../audit/index.ts'
import { parseStateMachineArn } from '../arn.ts'
import type { StartedExecution, StartExecutionRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { requireName } from '../name.ts'
import { parseRequest } from '../parse-request.ts'
import { requireInput } from './input.ts'
import { startRequest } from './schemas.ts'

/**
 * Starts an execution; resolves once it is durable. The same name and input while it runs answer the same execution.
 * `cause` is required of the system.
 * @throws HoldfastError request.invalid, arn.invalid, machine.missing, machine.deleting, name.invalid, execution.exists,
 * execution.input_invalid, request.too_large; store.full and its like when nothing can be kept; engine.stopping
 */
export async function startExecution(
  engine: Engine,
  actor: Actor,
  request: StartExecutionRequest,
  cause?: Cause,
): Promise<StartedExecution> {
  requirePermission(actor, 'execution.start', { type: 'machine', id: request.stateMachineArn })
  const { stateMachineArn, name, input: text, traceHeader } = parseRequest(startRequest, request, hiddenInput)
  parseStateMachineArn(stateMachineArn)
  if (name !== undefined) requireName(name)
  const input = requireInput(text ?? '{}', engine.limits.payloadBytes)
  const start = { kind: 'start', actor, stateMachineArn, name, input, traceHeader, nested: undefined } as const
  return engine.writer.submit(cause === undefined ? start : { ...start, cause })
}

const hiddenInput = { hidden: ['input'] }
