import { parseStateMachineArn } from '../arn.ts'
import { stateMachineDeleting, stateMachineMissing } from '../errors.ts'
import type { Queries } from '../registry.ts'
import { findCurrentHead, type RevisionHead } from './queries.ts'

/**
 * The revision that a new execution runs. Without its definition: who has compiled it already need not read it again.
 * @throws HoldfastError arn.invalid, machine.missing, machine.deleting
 */
export function requireStartable(queries: Queries, arn: string): RevisionHead {
  parseStateMachineArn(arn)
  const head = findCurrentHead(queries, arn)
  if (head === undefined) throw stateMachineMissing(arn)
  if (head.status === 'DELETING') throw stateMachineDeleting(arn)
  return head
}
