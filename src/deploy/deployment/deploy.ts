import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { findKey } from '../key/rows.ts'
import { requireOnPlace } from '../permission.ts'
import { placeName } from '../place.ts'
import { type Candidate, type Known, refusal } from '../release/acceptance.ts'
import { identityOf, type ReleaseIdentity } from '../release/identity.ts'
import { parseRelease } from '../release/parse.ts'
import { insertRelease, newestSignedAt, releaseByDigest } from '../release/rows.ts'
import { type Release, type SignedRelease, signedReleaseSchema } from '../release/schemas.ts'
import { parseRequest } from '../request.ts'
import { lastDeploymentOf, requireDeployment } from './rows.ts'
import { beginDeployment, causeOf, startMachine } from './start.ts'

export const deployRequestSchema = signedReleaseSchema.extend({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the hash of a plan')
    .optional()
    .describe('Go ahead only if the plan is still this one'),
})
export type DeployRequest = z.input<typeof deployRequestSchema>

export type BegunDeployment = { readonly id: string; readonly releaseId: string; readonly executionArn: string }

/**
 * Begins to deploy a signed release. Resolves once that is durable; what becomes of it is told by its status.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.release_invalid, deploy.target_unknown,
 * deploy.key_unknown, deploy.key_revoked, deploy.signature_invalid, deploy.release_replayed, deploy.release_older,
 * deploy.release_stale, deploy.release_future, deploy.locked, deploy.lock_settling
 */
export async function deployRelease(deploys: Deploys, actor: Actor, request: DeployRequest): Promise<BegunDeployment> {
  const { planHash, ...signed } = parseRequest(deployRequestSchema, request)
  const release = parseRelease(deploys.deployers, signed.release)
  requireOnPlace(actor, 'deploy.start', release)
  const identity = identityOf(signed.release, release.createdAt)
  const arriving: Arriving = { actor, signed, release, identity, expectedPlan: planHash }
  const begun = await deploys.store.write((tx) => accept(deploys, tx, arriving))
  if (begun.refused !== undefined) throw begun.refused
  const deployment = requireDeployment(deploys.store.read, begun.id)
  await startMachine(deploys, deployment, 'forward')
  return { id: deployment.id, releaseId: identity.id, executionArn: deployment.executionArn ?? '' }
}

type Arriving = {
  readonly actor: Actor
  readonly signed: SignedRelease
  readonly release: Release
  readonly identity: ReleaseIdentity
  readonly expectedPlan: string | undefined
}

type Accepted =
  | { readonly id: string; readonly refused?: undefined }
  /** Answered and not thrown, so that the record of the refusal is kept. */
  | { readonly refused: HoldfastError }

/** Two of the same release that meet here: the second finds the first. */
function accept(deploys: Deploys, tx: Transaction, arriving: Arriving): Accepted {
  const { actor, release, identity, signed, expectedPlan } = arriving
  const candidate = candidateOf(arriving)
  const refused = refusal(candidate, knownOf(deploys, tx, arriving))
  if (refused !== undefined) {
    noteRefusal(deploys, tx, arriving, refused)
    return { refused }
  }
  const { project, config, target } = release
  insertRelease(tx, {
    id: identity.id,
    project,
    config,
    target,
    digest: identity.digest,
    document: identity.canonical,
    keyId: signed.signature.key,
    signature: signed.signature.value,
    signedAt: candidate.createdAtMs,
    acceptedAt: deploys.clock.now(),
  })
  return { id: beginDeployment(deploys, tx, { actor, kind: 'deploy', release, releaseId: identity.id, expectedPlan }) }
}

function candidateOf({ identity, release, signed }: Arriving): Candidate {
  const { id, canonical } = identity
  return { id, canonical, createdAtMs: Date.parse(release.createdAt), signature: signed.signature }
}

function knownOf(deploys: Deploys, tx: Transaction, { identity, release, signed }: Arriving): Known {
  const same = releaseByDigest(tx, identity.digest)
  const before = same === undefined ? undefined : lastDeploymentOf(tx, same.id)
  return {
    now: deploys.clock.now(),
    key: findKey(tx, signed.signature.key),
    sameBefore: before === undefined ? undefined : { deployment: before.id, status: before.status },
    newestCreatedAtMs: newestSignedAt(tx, release),
  }
}

function noteRefusal(
  deploys: Deploys,
  tx: Transaction,
  { actor, release, identity }: Arriving,
  refused: HoldfastError,
) {
  appendRecord(tx, {
    at: deploys.clock.now(),
    actor,
    action: 'deploy.refuse',
    subject: { type: 'place', id: placeName(release) },
    change: { release: identity.id, code: refused.code },
    ...causeOf(actor),
  })
}
