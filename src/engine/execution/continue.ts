import { type Actor, requirePermission } from '../../access/index.ts'
import type { ContinueRequest, RedrivenExecution } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { notRedrivable } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import { requireInput } from './input.ts'
import { belongsToMapRun } from './redrivable.ts'
import { requireExecution } from './rows.ts'
import { continueRequest } from './schemas.ts'

/**
 * Redrives an execution with another input for the state it ended in: that state is entered anew, as another visit. All else
 * goes on as with a redrive. Of several states it ended in at once `visit` names the one that is meant.
 * @throws HoldfastError request.invalid, arn.invalid, execution.missing, execution.not_redrivable, execution.not_correctable,
 * execution.input_invalid, request.too_large
 */
export async function continueExecution(
  engine: Engine,
  actor: Actor,
  request: ContinueRequest,
): Promise<RedrivenExecution> {
  requirePermission(actor, 'execution.continue', { type: 'execution', id: request.executionArn })
  const {
    executionArn: arn,
    visit,
    state,
    clientToken,
    ...given
  } = parseRequest(continueRequest, request, {
    hidden: ['input'],
  })
  const input = requireInput(given.input, engine.limits.payloadBytes)
  const { id, mapRunArn } = requireExecution(engine.store.read, engine.account, arn)
  if (mapRunArn !== null) throw notRedrivable(arn, belongsToMapRun)
  const correction = { input, visit, state }
  return engine.writer.submit({ kind: 'redrive', actor, executionId: id, arn, clientToken, correction })
}
