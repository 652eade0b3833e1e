/** What people and programs ask about deployments. */
import { z } from 'zod'
import { type Actor, requirePermission } from '../access/index.ts'
import type { Deploys } from './deploys.ts'
import { requireRelease } from './deployment/fleet.ts'
import { allPointers, type Pointer, pointerOf } from './deployment/pointer.ts'
import { type Deployment, deploymentHistory, openDeploymentAt, requireDeployment } from './deployment/rows.ts'
import type { Diagnosis } from './failure.ts'
import { intentsOfDeployment, type IntentStatus } from './intent/rows.ts'
import type { Lock } from './lock/lease.ts'
import { lockOf } from './lock/rows.ts'
import { type Place, placeName, placeSchema } from './place.ts'
import { textOf } from './plan/plan.ts'
import type { StoredRelease } from './release/rows.ts'
import { parseRequest } from './request.ts'

/** What has become of a call. */
export type CallSummary = {
  readonly id: string
  readonly stage: string
  readonly says: string
  readonly status: IntentStatus
  readonly failure?: string
}

export type DeploymentDescription = Deployment & { readonly calls: readonly CallSummary[] }

/** @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function describeDeployment(deploys: Deploys, actor: Actor, id: string): DeploymentDescription {
  requirePermission(actor, 'deploy.read', { type: 'deployment', id })
  const deployment = requireDeployment(deploys.store.read, id)
  const calls = intentsOfDeployment(deploys.store.read, id).map(({ callId, stage, act, status, failure }) => ({
    id: callId,
    stage,
    says: textOf(act),
    status,
    ...(failure === null ? {} : { failure }),
  }))
  return { ...deployment, calls }
}

export const historyRequestSchema = z.strictObject({
  ...placeSchema.partial().shape,
  /** Position of the last one shown. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(200).default(50),
})
export type HistoryRequest = z.input<typeof historyRequestSchema>

/** Newest first. @throws HoldfastError access.forbidden, deploy.request_invalid */
export function listDeployments(deploys: Deploys, actor: Actor, request: HistoryRequest): readonly Deployment[] {
  requirePermission(actor, 'deploy.read')
  return deploymentHistory(deploys.store.read, parseRequest(historyRequestSchema, request))
}

export type PlaceStatus = {
  readonly pointer: Pointer
  readonly underWay: Deployment | undefined
  readonly last: Deployment | undefined
  /** Who has closed it, if somebody has. */
  readonly closed: Lock | undefined
}

/** @throws HoldfastError access.forbidden, deploy.request_invalid */
export function statusOfPlace(deploys: Deploys, actor: Actor, request: Place): PlaceStatus {
  const place = parseRequest(placeSchema, request)
  requirePermission(actor, 'deploy.read', { type: 'place', id: placeName(place) })
  const { read } = deploys.store
  const closed = lockOf(read, place, 'person')
  const isClosed = closed !== undefined && closed.owner !== null && closed.expiresAt > deploys.clock.now()
  return {
    pointer: pointerOf(read, place),
    underWay: openDeploymentAt(read, place),
    last: deploymentHistory(read, { ...place, limit: 1 })[0],
    closed: isClosed ? closed : undefined,
  }
}

/** Every place that ever had a release in charge. @throws HoldfastError access.forbidden */
export function listPlaces(deploys: Deploys, actor: Actor): readonly Pointer[] {
  requirePermission(actor, 'deploy.read')
  return allPointers(deploys.store.read)
}

export type Explanation = {
  readonly deployment: Deployment
  /** Undefined while it is well. */
  readonly diagnosis: Diagnosis | undefined
  /** The calls that failed, with what they said. */
  readonly failedCalls: readonly CallSummary[]
  readonly waitingFor: string | undefined
  readonly remarks: readonly string[]
}

/** Why a deployment is as it is. @throws HoldfastError access.forbidden, deploy.deployment_missing */
export function explainDeployment(deploys: Deploys, actor: Actor, id: string): Explanation {
  const { calls, ...deployment } = describeDeployment(deploys, actor, id)
  const { diagnosis, progress } = deployment
  return {
    deployment,
    diagnosis,
    failedCalls: calls.filter(({ failure }) => failure !== undefined),
    waitingFor: progress.waitingFor,
    remarks: progress.remarks ?? [],
  }
}

/** @throws HoldfastError access.forbidden, deploy.release_missing */
export function describeRelease(deploys: Deploys, actor: Actor, id: string): StoredRelease {
  requirePermission(actor, 'deploy.read', { type: 'release', id })
  return requireRelease(deploys.store.read, id)
}
