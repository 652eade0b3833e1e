import { type Actor, requirePermission } from '../../access/index.ts'
import type { AliasDescription } from '../contract.ts'
import type { Registry } from '../registry.ts'
import { readRouting } from './queries.ts'
import { parseAliasArn, requireAlias } from './require.ts'
import { routesOf } from './routing.ts'

/** @throws HoldfastError arn.invalid, request.invalid, alias.missing */
export async function describeAlias({ store }: Registry, actor: Actor, arn: string): Promise<AliasDescription> {
  requirePermission(actor, 'alias.describe', { type: 'alias', id: arn })
  const named = parseAliasArn(arn)
  const { name, description, routing, createdAt, updatedAt } = requireAlias(store.read, named).alias
  return {
    arn,
    name,
    ...(description === null ? {} : { description }),
    routing: routesOf(named.machineArn, readRouting(routing)),
    createdAt,
    updatedAt,
  }
}
