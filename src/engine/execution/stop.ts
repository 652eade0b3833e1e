import { type Actor, requirePermission } from '../../access/index.ts'
import type { StoppedExecution, StopRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { parseRequest } from '../parse-request.ts'
import { requireExecution } from './rows.ts'
import { stopRequest } from './schemas.ts'

/**
 * Ends a running execution: calls under way are aborted, timers and activity tasks go, nested executions that it awaits are
 * stopped too. One that is closed already answers when it stopped.
 * @throws HoldfastError request.invalid, arn.invalid, execution.missing
 */
export async function stopExecution(engine: Engine, actor: Actor, request: StopRequest): Promise<StoppedExecution> {
  requirePermission(actor, 'execution.stop', { type: 'execution', id: request.executionArn })
  const { executionArn, error, cause } = parseRequest(stopRequest, request, { hidden: ['error', 'cause'] })
  const { id } = requireExecution(engine.store.read, engine.account, executionArn)
  await engine.writer.submit({
    kind: 'event',
    executionId: id,
    event: { kind: 'stop', ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) },
    trail: { actor, action: 'execution.stop' },
  })
  const { stoppedAt } = requireExecution(engine.store.read, engine.account, executionArn)
  return { stoppedAt: stoppedAt ?? engine.clock.now() }
}
