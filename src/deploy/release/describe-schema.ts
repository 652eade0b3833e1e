import { type Actor, requirePermission } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireDeployer } from '../deployment/fleet.ts'
import { releaseJsonSchema } from './schemas.ts'

/** JSON Schema of the release files of a target, for editors. @throws HoldfastError access.forbidden, deploy.target_unknown */
export function describeReleaseSchema(deploys: Deploys, actor: Actor, target: string): object {
  requirePermission(actor, 'deploy.read')
  return releaseJsonSchema(requireDeployer(deploys, target))
}
