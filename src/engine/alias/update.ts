import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { UpdateAliasRequest } from '../contract.ts'
import { invalidRequest, invalidRouting, stateMachineDeleting } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { type Alias, changeAlias, printRouting } from './queries.ts'
import { type AliasName, parseAliasArn, requireAlias, requireRouted } from './require.ts'
import { parseRouting, type Routing } from './routing.ts'
import { updateAliasRequest } from './schemas.ts'

/**
 * Leads an alias elsewhere, for the executions that start from now on.
 * @throws HoldfastError request.invalid, arn.invalid, alias.routing_invalid, alias.missing, machine.deleting
 */
export async function updateAlias(
  registry: Registry,
  actor: Actor,
  request: UpdateAliasRequest,
): Promise<{ readonly updatedAt: number }> {
  const subject = { type: 'alias', id: request.arn }
  requirePermission(actor, 'alias.update', subject)
  const { named, description, routing } = parseUpdate(request)
  return registry.store.write((tx) => {
    const { machine, alias } = requireAlias(tx, named)
    if (machine.status === 'DELETING') throw stateMachineDeleting(named.machineArn)
    if (routing !== undefined) requireRouted(tx, routing)
    const updatedAt = registry.clock.now()
    const next: Alias = {
      ...alias,
      description: description ?? alias.description,
      routing: routing === undefined ? alias.routing : printRouting(routing.routes),
      updatedAt,
    }
    changeAlias(tx, machine.machineId, next)
    const change = { before: summaryOf(alias), after: summaryOf(next) }
    appendRecord(tx, { at: updatedAt, actor, action: 'alias.update', subject, change })
    return { updatedAt }
  })
}

type Wanted = {
  readonly named: AliasName
  readonly description: string | undefined
  readonly routing: Routing | undefined
}

function parseUpdate(request: UpdateAliasRequest): Wanted {
  const { arn, description, routing } = parseRequest(updateAliasRequest, request, {
    awsNames: { arn: 'stateMachineAliasArn', routing: 'routingConfiguration' },
  })
  const named = parseAliasArn(arn)
  if (description === undefined && routing === undefined) {
    throw invalidRequest(
      'Either the description or the routing configuration must be specified',
      'routingConfiguration',
    )
  }
  const wanted = routing && parseRouting(routing)
  if (wanted !== undefined && wanted.machineArn !== named.machineArn) {
    throw invalidRouting(`The versions are not of the state machine that has the alias: '${named.machineArn}'`)
  }
  return { named, description, routing: wanted }
}

const summaryOf = ({ description, routing }: Alias) => ({ description, routing })
