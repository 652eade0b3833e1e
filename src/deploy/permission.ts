/** Who may do what to a place, and to the deployments of one: grants may be bound to it. */
import { type Actor, isWithinReach, reachOf, requirePermission, type Thing, type Verb } from '../access/index.ts'
import { type Deployment, requireDeployment } from './deployment/rows.ts'
import { type Place, placeName } from './place.ts'
import type { Queries } from './sql.ts'

const thingOf = (type: string, id: string, { project, config }: Place): Thing => ({
  type,
  id,
  place: { project, config },
})

/** @throws HoldfastError access.forbidden */
export function requireOnPlace(actor: Actor, verb: Verb, place: Place): void {
  requirePermission(actor, verb, thingOf('place', placeName(place), place))
}

/**
 * The deployment, for whoever may do this to it. Who may do it nowhere does not learn whether there is one.
 * @throws HoldfastError access.forbidden, deploy.deployment_missing
 */
export function requireOnDeployment(queries: Queries, actor: Actor, verb: Verb, id: string): Deployment {
  requirePermission(actor, verb)
  const deployment = requireDeployment(queries, id)
  requirePermission(actor, verb, thingOf('deployment', id, deployment))
  return deployment
}

/** What of a list the actor may see. @throws HoldfastError access.forbidden when that is nothing at all */
export function seenBy(actor: Actor, verb: Verb): (place: Place) => boolean {
  requirePermission(actor, verb)
  const reach = reachOf(actor, verb)
  return (place) => isWithinReach(reach, place)
}
