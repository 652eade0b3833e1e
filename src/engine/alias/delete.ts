import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { findMachine } from '../machine/queries.ts'
import type { Registry } from '../registry.ts'
import { dropAlias } from './queries.ts'
import { parseAliasArn } from './require.ts'

/** Executions that it has started go on. One that does not exist is deleted already. @throws HoldfastError arn.invalid, request.invalid */
export async function deleteAlias(registry: Registry, actor: Actor, arn: string): Promise<void> {
  const subject = { type: 'alias', id: arn }
  requirePermission(actor, 'alias.delete', subject)
  const { machineArn, name } = parseAliasArn(arn)
  await registry.store.write((tx) => {
    const machine = findMachine(tx, machineArn)
    if (machine === undefined || !dropAlias(tx, machine.machineId, name)) return
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'alias.delete', subject })
  })
}
