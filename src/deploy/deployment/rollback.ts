import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { type Intent, intentsOfDeployment } from '../intent/rows.ts'
import { removals } from '../intent/settle.ts'
import { runningOf } from '../intent/standing.ts'
import { freeLock, requireUnclosed } from '../lock/rows.ts'
import { makePlan } from '../plan/make.ts'
import { hashOf } from '../plan/plan.ts'
import { requireOnPlace } from '../permission.ts'
import { type Place, placeName, placeSchema } from '../place.ts'
import { genuineRefusal } from '../release/genuine.ts'
import { parseRequest } from '../request.ts'
import type { Queries } from '../sql.ts'
import { groundOf, readRelease, requireDeployer, requireRelease, standingsOf } from './fleet.ts'
import { haltDeployment } from './halt.ts'
import { pointerOf } from './pointer.ts'
import {
  changeDeployment,
  deployedBefore,
  type Deployment,
  openDeploymentAt,
  releaseOfFleet,
  requireDeployment,
} from './rows.ts'
import { beginDeployment, startMachine } from './start.ts'

export const rollbackRequestSchema = placeSchema.extend({
  to: z.string().max(100).optional().describe('A release of the history; the one before unless told'),
  reason: z.string().min(1).max(500).default('rolled back on request'),
})
export type RollbackRequest = z.input<typeof rollbackRequestSchema>

/** `halted`: the deployment under way is taken back. Otherwise what goes back: to the warm release at once, or to one brought up anew. */
export type RollbackAnswer = {
  readonly outcome: 'halted' | 'rollback' | 'return'
  readonly deployment: string
  readonly releaseId: string
}

/** How long the warm release may take to say that it is well. */
const healthMs = 200

/**
 * Brings the former release back. Without `to` and with a deployment under way, that one is halted: the former release serves
 * still, or stands beside it. A rollback that is under way already is answered as it is.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.nothing_to_roll_back, deploy.release_missing, deploy.locked
 */
export async function rollBack(deploys: Deploys, actor: Actor, request: RollbackRequest): Promise<RollbackAnswer> {
  const { to, reason, ...place } = parseRequest(rollbackRequestSchema, request)
  requireOnPlace(actor, 'deploy.rollback', place)
  const open = openDeploymentAt(deploys.store.read, place)
  if (open !== undefined && open.committedAt === null && to === undefined) {
    const { id, releaseId, kind } = open
    // Two who ask for the same: the second must not take back what the first has begun.
    if (kind !== 'deploy') return { outcome: kind, deployment: id, releaseId }
    await haltDeployment(deploys, actor, { id, reason })
    return { outcome: 'halted', deployment: id, releaseId }
  }
  const isWarmWell = await warmIsWell(deploys, place)
  const id = await deploys.store.write((tx) => {
    requireUnclosed(tx, place, deploys.clock.now())
    const goal = goalOf(tx, place, to, isWarmWell)
    const stored = requireRelease(tx, goal.releaseId)
    const release = readRelease(deploys, stored)
    const finishing = openDeploymentAt(tx, place)
    const isFinishing = finishing !== undefined && finishing.committedAt !== null
    if (goal.kind === 'return')
      return beginDeployment(deploys, tx, { actor, release, waitForLock: isFinishing, ...goal })
    const refused = genuineRefusal(tx, goal.kind, { stored, release })
    if (refused !== undefined) throw refused
    if (isFinishing) endEarly(deploys, tx, finishing, goal.fleet)
    const begun = beginDeployment(deploys, tx, { actor, release, ...goal })
    planBack(deploys, tx, begun)
    return begun
  })
  const deployment = requireDeployment(deploys.store.read, id)
  await startMachine(deploys, deployment, 'forward')
  return {
    outcome: deployment.kind === 'rollback' ? 'rollback' : 'return',
    deployment: id,
    releaseId: deployment.releaseId,
  }
}

/** Going back to what stands warm is planned as it is accepted: it needs nothing that has to be looked at. */
function planBack(deploys: Deploys, tx: Transaction, id: string): void {
  const plan = makePlan(groundOf(deploys, tx, { ...requireDeployment(tx, id), survey: null }))
  changeDeployment(tx, id, { plan, planHash: hashOf(plan) })
}

/**
 * A deployment that only cleans up is not waited for: its release was in charge, and that it lets go of the place loses nothing.
 * What it had begun to stop of the release that comes back is in the plan of the rollback.
 */
function endEarly(deploys: Deploys, tx: Transaction, finishing: Deployment, takenOver: string): void {
  const { id, progress, releaseId, ...place } = finishing
  const now = deploys.clock.now()
  const remarks = [...(progress.remarks ?? []), 'it was rolled back while it was cleaning up']
  const evidence = evidenceOf(progress.readings)
  changeDeployment(tx, id, {
    status: 'succeeded',
    endedAt: now,
    diagnosis: null,
    progress: { ...progress, remarks, takenOver },
    // What stood warm before may still stand: the janitor takes it down to the end.
    ...(isOpenBeside(intentsOfDeployment(tx, id), takenOver) ? { leftovers: 1 } : {}),
    ...(evidence === undefined ? {} : { evidence }),
  })
  freeLock(tx, place, 'deployment', id)
  appendRecord(tx, {
    at: now,
    actor: { type: 'machine', id, via: 'api' },
    action: 'deploy.succeed',
    subject: { type: 'deployment', id },
    change: { release: releaseId, remarks },
    cause: { type: 'execution', id: place.executionArn ?? id },
  })
}

const isOpenBeside = (intents: readonly Intent[], fleet: string): boolean =>
  removals(intents).some((group) => group.some(({ intent }) => intent.fleet !== fleet))

type Goal =
  | { readonly kind: 'rollback'; readonly releaseId: string; readonly fleet: string }
  | { readonly kind: 'return'; readonly releaseId: string }

/** Where a rollback leads. @throws HoldfastError deploy.nothing_to_roll_back */
export function goalOf(queries: Queries, place: Place, to: string | undefined, isWarmWell: boolean): Goal {
  const { servingRelease, warmRelease, warmFleet } = pointerOf(queries, place)
  const releaseId = to ?? warmRelease ?? formerRelease(queries, place, servingRelease)
  if (releaseId === undefined) {
    throw deployError('deploy.nothing_to_roll_back', `No former release of ${placeName(place)} has ever served`, {
      repair: 'see what serves where: holdfast status',
    })
  }
  if (releaseId === servingRelease) {
    throw deployError('deploy.nothing_to_roll_back', `The release ${releaseId} serves already`, { place: 'to' })
  }
  if (releaseId === warmRelease && warmFleet !== null && isWarmWell) {
    return { kind: 'rollback', releaseId, fleet: warmFleet }
  }
  requireServed(queries, place, releaseId)
  return { kind: 'return', releaseId }
}

/**
 * What served when the one that serves first went out. Not simply the last that succeeded: after a rollback that would be the
 * release that somebody went back from.
 */
function formerRelease(queries: Queries, place: Place, serving: string | null): string | undefined {
  const fleet = serving === null ? null : deployedBefore(queries, place, serving)?.plan?.serving
  return fleet === null || fleet === undefined ? undefined : releaseOfFleet(queries, fleet)
}

/** What never served is nothing to go back to. */
function requireServed(queries: Queries, place: Place, releaseId: string): void {
  const { project, config } = requireRelease(queries, releaseId)
  const sql = `SELECT 1 FROM deployment WHERE release_id = ? AND status = 'succeeded' LIMIT 1`
  const served = queries.prepare(sql).get(releaseId) !== undefined
  if (served && project === place.project && config === place.config) return
  throw deployError('deploy.nothing_to_roll_back', `The release ${releaseId} has never served ${placeName(place)}`, {
    place: 'to',
  })
}

/** A warm release that says it is unwell is brought up anew; one that cannot be asked in time is believed. */
async function warmIsWell(deploys: Deploys, place: Place): Promise<boolean> {
  const { warmFleet } = pointerOf(deploys.store.read, place)
  if (warmFleet === null) return false
  const { fleet, standing } = standingsOf(deploys, deploys.store.read, warmFleet)
  const leave = new AbortController()
  const late = new Promise<undefined>((resolve) => {
    const cancel = deploys.clock.alarm(deploys.clock.now() + healthMs, () => resolve(undefined))
    leave.signal.addEventListener('abort', cancel, { once: true })
  })
  try {
    const reading = await Promise.race([
      requireDeployer(deploys, fleet.release.target).readHealth(fleet, leave.signal),
      late,
    ])
    const { services } = fleet.release
    // Workers of queues may be stopped, or just being stopped: they are started again after the switch.
    const needed = standing.filter(({ call }) => services[call.service ?? '']?.queueWorker !== true)
    return reading === undefined || runningOf(needed).every((name) => isUsable(name, reading))
  } catch (error) {
    deploys.logger.warn('the health of the warm release could not be read', { ...place, error })
    return true
  } finally {
    leave.abort()
  }
}

const isUsable = (name: string, reading: readonly { readonly instance: string; readonly state: string }[]): boolean =>
  reading.some(({ instance, state }) => instance === name && state === 'healthy')
