import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { qualifiedArn } from '../arn.ts'
import type { AliasSummary, CreateAliasRequest } from '../contract.ts'
import { aliasExists } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { findAlias, insertAlias, printRouting } from './queries.ts'
import { requireRouted } from './require.ts'
import { parseRouting } from './routing.ts'
import { createAliasRequest } from './schemas.ts'

/**
 * Gives one or two versions of a machine a name to start executions by. The same request again answers the same alias.
 * @throws HoldfastError request.invalid, arn.invalid, alias.routing_invalid, alias.missing, alias.exists, alias.too_many, machine.deleting
 */
export async function createAlias(
  registry: Registry,
  actor: Actor,
  request: CreateAliasRequest,
): Promise<AliasSummary> {
  requirePermission(actor, 'alias.create')
  const wanted = parseRequest(createAliasRequest, request, { awsNames: { routing: 'routingConfiguration' } })
  const { name, description = null } = wanted
  const { machineArn, routes } = parseRouting(wanted.routing)
  const arn = qualifiedArn(machineArn, name)
  const routing = printRouting(routes)
  return registry.store.write((tx) => {
    const { machineId } = requireRouted(tx, { machineArn, routes })
    const existing = findAlias(tx, machineId, name)
    if (existing !== undefined) {
      if (existing.routing !== routing || existing.description !== description) throw aliasExists()
      return { arn, createdAt: existing.createdAt }
    }
    const at = registry.clock.now()
    insertAlias(tx, machineId, { name, description, routing, createdAt: at, updatedAt: at })
    const change = { before: null, after: { description, routing } }
    appendRecord(tx, { at, actor, action: 'alias.create', subject: { type: 'alias', id: arn }, change })
    return { arn, createdAt: at }
  })
}
