import { type Actor, requirePermission } from '../../access/index.ts'
import type { StoppedExecution, StopRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { requireExecution } from './rows.ts'

/**
 * Ends a running execution: calls under way are aborted, timers and activity tasks go. One that is closed already answers
 * when it stopped. @throws HoldfastError arn.invalid, execution.missing
 */
export async function stopExecution(engine: Engine, actor: Actor, request: StopRequest): Promise<StoppedExecution> {
  const { executionArn, error, cause } = request
  requirePermission(actor, 'execution.stop', { type: 'execution', id: executionArn })
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
