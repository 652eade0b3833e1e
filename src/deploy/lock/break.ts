import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { JsonText } from '../../base/index.ts'
import { stopExecution } from '../../engine/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { changeDeployment, type Deployment, findDeployment } from '../deployment/rows.ts'
import { systemActor } from '../machine/system.ts'
import { requireOnPlace } from '../permission.ts'
import { type Place, placeName, placeSchema } from '../place.ts'
import { parseRequest } from '../request.ts'
import { lockMissing } from './release.ts'
import type { LockKind } from './lease.ts'
import { freeLock, lockOf, personName } from './rows.ts'

export const breakRequestSchema = placeSchema.extend({
  reason: z.string().min(1).max(500).describe('Why it cannot wait; kept in the trail'),
})
export type BreakRequest = z.input<typeof breakRequestSchema>

/** `opened`: nobody closes the place any more. `halting`: the deployment is taken back first, as by a halt. */
export type BreakAnswer = {
  readonly outcome: 'opened' | 'halting'
  readonly owner: string
  readonly ownerName?: string
}

/**
 * Breaks a lock that is not one's own. Of a person: the place is open. Of a deployment on its way forward: it is halted, and
 * the lock goes when everything is taken back. Of a deployment that is on its way back, or cleaning up, and does not come to
 * an end (its host is gone for good): the place is open at once, and what is left is taken down in the background for as
 * long as it takes.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.lock_missing
 */
export async function breakLock(deploys: Deploys, actor: Actor, request: BreakRequest): Promise<BreakAnswer> {
  const { reason, ...place } = parseRequest(breakRequestSchema, request)
  requireOnPlace(actor, 'lock.break', place)
  return finishBreak(deploys, await deploys.store.write((tx) => breakIn(deploys, tx, { actor, place, reason })))
}

/**
 * The answer to a break that is committed already and whose caller was never told: `change` is what its record says. What it
 * was still to do after its commit is done.
 * @throws HoldfastError access.forbidden
 */
export async function repeatBreak(
  deploys: Deploys,
  actor: Actor,
  place: Place,
  change: JsonText,
): Promise<BreakAnswer> {
  requireOnPlace(actor, 'lock.break', place)
  return finishBreak(deploys, recordedBreak.parse(JSON.parse(change)))
}

async function finishBreak(deploys: Deploys, broken: Broken): Promise<BreakAnswer> {
  const { outcome, owner, ownerName, reason, abandoned } = broken
  deploys.signals.wake(owner)
  if (abandoned !== undefined) {
    const stop = { executionArn: abandoned, error: 'Broken', cause: reason }
    await stopExecution(deploys.engine(), systemActor, stop)
  }
  return { outcome, owner, ...(ownerName === undefined ? {} : { ownerName }) }
}

type Breaking = { readonly actor: Actor; readonly place: Place; readonly reason: string }

/** What the record says, and with it all that the answer says. */
const recordedBreak = z.object({
  outcome: z.enum(['opened', 'halting']),
  owner: z.string(),
  ownerName: z.string().exactOptional(),
  kind: z.string(),
  reason: z.string(),
  /** The execution of a deployment that is left to the janitor. */
  abandoned: z.string().exactOptional(),
})
type Broken = z.output<typeof recordedBreak>
type Freed = Omit<Broken, 'kind' | 'reason'>

function breakIn(deploys: Deploys, tx: Transaction, { actor, place, reason }: Breaking): Broken {
  const at = deploys.clock.now()
  const person = lockOf(tx, place, 'person')
  const held = person?.owner === null || person === undefined ? lockOf(tx, place, 'deployment') : person
  const owner = held?.owner
  if (held === undefined || owner === null || owner === undefined) throw lockMissing(place)
  const deployment = held.kind === 'deployment' ? findDeployment(tx, owner) : undefined
  const freed =
    deployment !== undefined && deployment.endedAt === null
      ? breakDeployment(tx, deployment, { reason, at })
      : openPlace(tx, place, { owner, kind: held.kind })
  const broken = { ...freed, kind: held.kind, reason }
  const subject = { type: 'place', id: placeName(place) }
  appendRecord(tx, { at, actor, action: 'lock.break', subject, change: broken })
  return broken
}

/** Of a person, or of a deployment that has ended and left it. */
function openPlace(
  tx: Transaction,
  place: Place,
  { owner, kind }: { readonly owner: string; readonly kind: LockKind },
): Freed {
  freeLock(tx, place, kind, owner)
  const ownerName = personName(tx, owner)
  return { outcome: 'opened', owner, ...(ownerName === undefined ? {} : { ownerName }) }
}

function breakDeployment(
  tx: Transaction,
  deployment: Deployment,
  { reason, at }: { reason: string; at: number },
): Freed {
  const { id, course, executionArn, progress } = deployment
  if (course === 'forward') {
    changeDeployment(tx, id, { control: 'halt', controlReason: `its lock was broken: ${reason}` })
    return { outcome: 'halting', owner: id }
  }
  const status = course === 'finish' ? 'succeeded' : deployment.control === 'halt' ? 'halted' : 'failed'
  const remarks = [
    ...(progress.remarks ?? []),
    `its lock was broken: ${reason}; what is left is still being taken down`,
  ]
  changeDeployment(tx, id, { status, endedAt: at, leftovers: 1, progress: { ...progress, remarks } })
  freeLock(tx, deployment, 'deployment', id)
  return { outcome: 'opened', owner: id, ...(executionArn === null ? {} : { abandoned: executionArn }) }
}
