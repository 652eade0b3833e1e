import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { parseWholeMachineArn } from '../arn.ts'
import type { Registry } from '../registry.ts'
import { findMachine, finishDeletion, markDeleting } from './queries.ts'

/**
 * Takes a state machine away. It starts nothing from now on; while executions of it run it is DELETING, and it goes with
 * the last of them. One that does not exist is deleted already.
 * `cause` is required of the system.
 * @throws HoldfastError arn.invalid, request.invalid
 */
export async function deleteStateMachine(registry: Registry, actor: Actor, arn: string, cause?: Cause): Promise<void> {
  const subject = { type: 'machine', id: arn }
  requirePermission(actor, 'machine.delete', subject)
  parseWholeMachineArn(arn)
  await registry.store.write((tx) => {
    const machine = findMachine(tx, arn)
    if (machine?.status !== 'ACTIVE') return
    markDeleting(tx, machine.machineId)
    const gone = finishDeletion(tx, machine.machineId)
    const change = { before: 'ACTIVE', after: gone ? null : 'DELETING' }
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'machine.delete', subject, change, cause })
  })
}
