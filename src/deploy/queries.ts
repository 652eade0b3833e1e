/** What people and programs ask about deployments. */
import { z } from 'zod'
import { type Actor, reachOf, requirePermission } from '../access/index.ts'
import type { FleetDescription } from './deployer.ts'
import type { Deploys } from './deploys.ts'
import {
  type CallSummary,
  describe,
  type DeploymentDescription,
  type DeploymentSummary,
  fleetOf,
  type PassedState,
  type SeenInstance,
  servingIn,
  summaryOf,
  warmIn,
} from './deployment/describe.ts'
import { type Protection, protectionOf } from './approval/rows.ts'
import { requireRelease } from './deployment/fleet.ts'
import { offeredTo } from './deployment/offers.ts'
import { allPointers, type Pointer, pointerOf } from './deployment/pointer.ts'
import { deploymentHistory, lastCommitOf, openDeploymentAt, requireDeployment } from './deployment/rows.ts'
import { samplesOf } from './deployment/samples.ts'
import type { TrafficSample } from './evidence/samples.ts'
import type { Diagnosis } from './failure.ts'
import type { Lock } from './lock/lease.ts'
import type { LiveInstance } from './look.ts'
import { heldLocks } from './lock/rows.ts'
import { requireOnDeployment, requireOnPlace, seenBy } from './permission.ts'
import { named, type NamedActor } from './named.ts'
import { type Place, placeSchema } from './place.ts'
import { describePlan } from './plan/describe.ts'
import type { Plan } from './plan/plan.ts'
import type { StoredRelease } from './release/rows.ts'
import { parseRequest } from './request.ts'

/** @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function describeDeployment(deploys: Deploys, actor: Actor, id: string): DeploymentDescription {
  const { read } = deploys.store
  return offeredTo(actor, describe(deploys, read, requireOnDeployment(read, actor, 'deploy.read', id)))
}

/** What a deployment planned, once it has: undefined before. @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function planOfDeployment(deploys: Deploys, actor: Actor, id: string): PlanOfDeployment | undefined {
  const { plan, planHash } = requireOnDeployment(deploys.store.read, actor, 'deploy.read', id)
  if (plan === undefined || planHash === null) return undefined
  return { plan, hash: planHash, text: describePlan(plan, planHash) }
}
export type PlanOfDeployment = { readonly plan: Plan; readonly hash: string; readonly text: string }

/** Its traffic over its time, old and new apart, oldest first. @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function trafficOfDeployment(deploys: Deploys, actor: Actor, id: string): readonly TrafficSample[] {
  const { read } = deploys.store
  return samplesOf(read, requireOnDeployment(read, actor, 'deploy.read', id).id)
}

export const historyRequestSchema = z.strictObject({
  ...placeSchema.partial().shape,
  /** Position of the last one shown. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(200).default(50),
})
export type HistoryRequest = z.input<typeof historyRequestSchema>

/** Newest first. @throws HoldfastError access.forbidden, deploy.request_invalid */
export function listDeployments(deploys: Deploys, actor: Actor, request: HistoryRequest): readonly DeploymentSummary[] {
  requirePermission(actor, 'deploy.read')
  const { read } = deploys.store
  const page = { ...parseRequest(historyRequestSchema, request), within: reachOf(actor, 'deploy.read') }
  return deploymentHistory(read, page).map((one) => summaryOf(read, one))
}

/** What serves a place, or stands warm in it. */
export type FleetStatus = {
  readonly fleet: string
  readonly releaseId: string
  /** Of a warm one: until when it stands at least. */
  readonly until: number | null
  /** The deployment that put it in charge last. */
  readonly deployment: string
  readonly since: number | null
  readonly requestedBy: NamedActor
  /** Where they are; `lookAtPlace` knows also how they are. */
  readonly instances: readonly LiveInstance[]
  readonly addresses: FleetDescription['addresses']
}

export type PlaceStatus = Place & {
  readonly pointer: Pointer
  readonly serving: FleetStatus | null
  /** Back to this one it is a switch of the traffic, and no more. */
  readonly warm: FleetStatus | null
  readonly underWay: DeploymentDescription | null
  /** All that are held: of the deployment under way, and of who has closed it. */
  readonly locks: readonly Lock[]
  /** Who has closed it, if somebody has. */
  readonly closed: Lock | null
  /** How many others have to agree to a deployment; null where nobody is asked. */
  readonly protection: Protection | null
  /** Newest first. */
  readonly history: readonly DeploymentSummary[]
}

/** How much of the history a status shows. */
const historyShown = 10

/** @throws HoldfastError access.forbidden, deploy.request_invalid */
export function statusOfPlace(deploys: Deploys, actor: Actor, request: Place): PlaceStatus {
  const place = parseRequest(placeSchema, request)
  requireOnPlace(actor, 'deploy.read', place)
  const { read } = deploys.store
  const pointer = pointerOf(read, place)
  const underWay = openDeploymentAt(read, place)
  const locks = heldLocks(read, place, deploys.clock.now())
  return {
    ...place,
    pointer,
    serving: fleetStatus(deploys, servingIn(pointer)),
    warm: fleetStatus(deploys, warmIn(pointer)),
    underWay: underWay === undefined ? null : describe(deploys, read, underWay),
    locks,
    protection: protectionOf(read, place) ?? null,
    closed: locks.find(({ kind }) => kind === 'person') ?? null,
    history: deploymentHistory(read, { ...place, limit: historyShown }).map((one) => summaryOf(read, one)),
  }
}

type KnownFleet = { readonly fleet: string; readonly releaseId: string; readonly until?: number | null }

function fleetStatus(deploys: Deploys, known: KnownFleet | null): FleetStatus | null {
  if (known === null) return null
  const { read } = deploys.store
  const { id, committedAt, requestedBy } = lastCommitOf(read, known.fleet) ?? requireDeployment(read, known.fleet)
  const { instances, addresses } = fleetOf(deploys, read, known.fleet)
  return {
    until: null,
    ...known,
    deployment: id,
    since: committedAt,
    requestedBy: named(read, requestedBy),
    instances,
    addresses,
  }
}

/** Every place that ever had a release in charge. @throws HoldfastError access.forbidden */
export function listPlaces(deploys: Deploys, actor: Actor): readonly Pointer[] {
  return allPointers(deploys.store.read).filter(seenBy(actor, 'deploy.read'))
}

export type Explanation = {
  readonly deployment: DeploymentSummary
  /** Undefined while it is well. */
  readonly diagnosis: Diagnosis | undefined
  /** The calls that failed, with what they said. */
  readonly failedCalls: readonly CallSummary[]
  /** Instances that were not healthy when they were last looked at. */
  readonly unhealthy: readonly SeenInstance[]
  /** Its way. */
  readonly states: readonly PassedState[]
  readonly waitingFor: string | null
  readonly remarks: readonly string[]
}

/** Why a deployment is as it is. @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function explainDeployment(deploys: Deploys, actor: Actor, id: string): Explanation {
  const { calls, waitingFor, remarks, states, instances } = describeDeployment(deploys, actor, id)
  const { read } = deploys.store
  const deployment = summaryOf(read, requireDeployment(read, id))
  return {
    deployment,
    diagnosis: deployment.diagnosis,
    failedCalls: calls.filter(({ failure }) => failure !== undefined),
    unhealthy: instances.filter(({ state }) => state !== undefined && state !== 'healthy'),
    states,
    waitingFor,
    remarks,
  }
}

/** @throws HoldfastError access.forbidden, deploy.release_missing */
export function describeRelease(deploys: Deploys, actor: Actor, id: string): StoredRelease {
  requirePermission(actor, 'deploy.read')
  const release = requireRelease(deploys.store.read, id)
  requireOnPlace(actor, 'deploy.read', release)
  return release
}
