/** Looking up what an alias belongs to and points at. */
import { parseQualifiedArn } from '../arn.ts'
import { aliasMissing, invalidRequest, stateMachineDeleting } from '../errors.ts'
import { findMachine, type Machine } from '../machine/queries.ts'
import type { Queries } from '../registry.ts'
import { findVersion } from '../version/queries.ts'
import { type Alias, findAlias } from './queries.ts'
import type { Routing } from './routing.ts'

export type AliasName = { readonly machineArn: string; readonly name: string }

/** @throws HoldfastError arn.invalid, request.invalid */
export function parseAliasArn(arn: string): AliasName {
  const named = parseQualifiedArn(arn)
  if (named.kind === 'alias') return named
  throw invalidRequest(
    `This operation takes an alias of a state machine: '${arn}'`,
    'stateMachineAliasArn',
    'arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:ALIAS',
  )
}

/** @throws HoldfastError alias.missing */
export function requireAlias(
  queries: Queries,
  { machineArn, name }: AliasName,
): { readonly machine: Machine; readonly alias: Alias } {
  const machine = findMachine(queries, machineArn)
  const alias = machine && findAlias(queries, machine.machineId, name)
  if (alias === undefined || machine === undefined) throw aliasMissing(`${machineArn}:${name}`)
  return { machine, alias }
}

/** The machine of a routing, all of whose versions exist. @throws HoldfastError alias.missing, machine.deleting */
export function requireRouted(queries: Queries, { machineArn, routes }: Routing): Machine {
  const machine = findMachine(queries, machineArn)
  if (machine === undefined) throw aliasMissing(machineArn)
  if (machine.status === 'DELETING') throw stateMachineDeleting(machineArn)
  for (const { version } of routes) {
    if (findVersion(queries, machine.machineId, version) === undefined) throw aliasMissing(`${machineArn}:${version}`)
  }
  return machine
}
