import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { aliasesOfVersion } from '../alias/queries.ts'
import { parseQualifiedArn } from '../arn.ts'
import { invalidRequest, versionInUse } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import type { Registry } from '../registry.ts'
import { dropVersion } from './queries.ts'

/**
 * Takes a version away; executions that it has started go on, and its number is not given again. One that does not exist is
 * deleted already.
 * @throws HoldfastError arn.invalid, request.invalid, version.in_use
 */
export async function deleteVersion(registry: Registry, actor: Actor, arn: string): Promise<void> {
  const subject = { type: 'version', id: arn }
  requirePermission(actor, 'version.delete', subject)
  const named = parseQualifiedArn(arn)
  if (named.kind !== 'version') {
    throw invalidRequest(
      `This operation takes a version of a state machine: '${arn}'`,
      'stateMachineVersionArn',
      'arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:1, a version from 1',
    )
  }
  await registry.store.write((tx) => {
    const machine = findMachine(tx, named.machineArn)
    if (machine === undefined) return
    const users = aliasesOfVersion(tx, machine.machineId, named.number)
    if (users.length > 0) throw versionInUse(users)
    if (!dropVersion(tx, machine.machineId, named.number)) return
    appendRecord(tx, { at: registry.clock.now(), actor, action: 'version.delete', subject })
  })
}
