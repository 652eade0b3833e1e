import { type Actor, requirePermission } from '../../access/index.ts'
import type { RedriveRequest, RedrivenExecution } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { notRedrivable } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import { belongsToMapRun } from './redrivable.ts'
import { requireExecution } from './rows.ts'
import { redriveRequest } from './schemas.ts'

/**
 * Goes on with an execution that has failed, was stopped or has timed out, from where it ended: what had succeeded is not done
 * again. It keeps its ARN, its history and the definition it was started with.
 * @throws HoldfastError request.invalid, arn.invalid, execution.missing, execution.not_redrivable
 */
export async function redriveExecution(
  engine: Engine,
  actor: Actor,
  request: RedriveRequest,
): Promise<RedrivenExecution> {
  requirePermission(actor, 'execution.redrive', { type: 'execution', id: request.executionArn })
  const { executionArn, clientToken } = parseRequest(redriveRequest, request)
  const { id, mapRunArn } = requireExecution(engine.store.read, engine.account, executionArn)
  if (mapRunArn !== null) throw notRedrivable(executionArn, belongsToMapRun)
  return engine.writer.submit({ kind: 'redrive', actor, executionId: id, arn: executionArn, clientToken })
}
