/** Fleets read out of the store: what a deployment made for its release, and what stands of it. */
import type { PlainJson } from '../../audit/index.ts'
import type { Deployer, Fleet } from '../deployer.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { intentsOfFleet } from '../intent/rows.ts'
import { leavingOf, outcomesOf, standingOf } from '../intent/standing.ts'
import { type Ground, newFleet, type Standings } from '../plan/make.ts'
import { parseRelease } from '../release/parse.ts'
import { findRelease, type StoredRelease } from '../release/rows.ts'
import type { Release } from '../release/schemas.ts'
import type { Queries } from '../sql.ts'
import { pointerOf } from './pointer.ts'
import { type Deployment, releaseOfFleet } from './rows.ts'

/** @throws HoldfastError deploy.release_missing */
export function requireRelease(queries: Queries, id: string): StoredRelease {
  const found = findRelease(queries, id)
  if (found === undefined)
    throw deployError('deploy.release_missing', `There is no release ${id}`, { place: 'release' })
  return found
}

/** The release as its deployer understands it. @throws HoldfastError deploy.release_invalid, deploy.target_unknown */
export function readRelease(
  deploys: Deploys,
  { document, digest }: Pick<StoredRelease, 'document' | 'digest'>,
): Release {
  const known = deploys.releases.get(digest)
  if (known !== undefined) return known
  const release = parseRelease(deploys.deployers, JSON.parse(document))
  if (deploys.releases.size >= mostKept) deploys.releases.clear()
  deploys.releases.set(digest, release)
  return release
}

const mostKept = 500

/** @throws HoldfastError deploy.target_unknown */
export function requireDeployer(deploys: Deploys, target: string): Deployer {
  const found = Object.hasOwn(deploys.deployers, target) ? deploys.deployers[target] : undefined
  if (found !== undefined) return found
  throw deployError('deploy.target_unknown', `There is no deployer for the target "${target}"`, {
    place: 'target',
    accepted: Object.keys(deploys.deployers).join(', '),
  })
}

/** A fleet as it is now, by the id of the deployment that made it. */
export function standingsOf(deploys: Deploys, queries: Queries, fleetId: string): Standings {
  const releaseId = releaseOfFleet(queries, fleetId)
  const intents = intentsOfFleet(queries, fleetId)
  const release = readRelease(deploys, requireRelease(queries, releaseId))
  return {
    fleet: { id: fleetId, releaseId, release, outcomes: outcomesOf(intents) },
    standing: standingOf(intents),
    leaving: leavingOf(intents),
  }
}

export type GroundRequest = Pick<Deployment, 'project' | 'config' | 'kind' | 'releaseId'> & {
  readonly survey: PlainJson
  readonly release?: StoredRelease
}

/** What a plan is made from, as the store has it now. */
export function groundOf(deploys: Deploys, queries: Queries, request: GroundRequest): Ground {
  const { kind, releaseId, survey } = request
  const pointer = pointerOf(queries, request)
  const stored = request.release ?? requireRelease(queries, releaseId)
  const warm = pointer.warmFleet === null ? undefined : standingsOf(deploys, queries, pointer.warmFleet)
  const release = readRelease(deploys, stored)
  const fresh: Fleet = { id: newFleet, releaseId, release, outcomes: new Map() }
  return {
    kind,
    deployer: requireDeployer(deploys, release.target),
    digest: stored.digest,
    incoming: kind === 'rollback' && warm !== undefined ? warm.fleet : fresh,
    serving: pointer.servingFleet === null ? undefined : standingsOf(deploys, queries, pointer.servingFleet),
    warm,
    survey,
  }
}
