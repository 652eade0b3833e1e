import { findAlias, readRouting } from '../alias/queries.ts'
import { chooseVersion } from '../alias/routing.ts'
import { parseQualifiedArn } from '../arn.ts'
import { stateMachineDeleting, stateMachineMissing } from '../errors.ts'
import type { Queries } from '../registry.ts'
import { findVersion } from '../version/queries.ts'
import { findCurrentHead, loadHead, type StartTarget } from './queries.ts'

/**
 * The revision that a new execution runs: the machine's current one, that of a version, or that of a version which the
 * weights of an alias choose. Without its definition: who has compiled it already need not read it again.
 * @throws HoldfastError arn.invalid, machine.missing, machine.deleting
 */
export function requireStartable(queries: Queries, arn: string, random: () => number): StartTarget {
  const named = parseQualifiedArn(arn)
  const current = findCurrentHead(queries, named.machineArn)
  if (current === undefined) throw stateMachineMissing(arn)
  if (current.status === 'DELETING') throw stateMachineDeleting(arn)
  if (named.kind === 'machine') return { revision: current }
  const { machineId } = current
  const number = named.kind === 'version' ? named.number : routedVersion(queries, machineId, named.name, random)
  const version = number === undefined ? undefined : findVersion(queries, machineId, number)
  const revision = version && loadHead(queries, version.revisionId)
  if (version === undefined || revision === undefined) throw stateMachineMissing(arn)
  return { revision, version: version.number, ...(named.kind === 'alias' ? { alias: named.name } : {}) }
}

function routedVersion(queries: Queries, machineId: number, name: string, random: () => number): number | undefined {
  const alias = findAlias(queries, machineId, name)
  return alias && chooseVersion(readRouting(alias.routing), random)
}
