import { z } from 'zod'
import { type Actor, type Hands, handsOf, personBehind, requireStill } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { requireGoing } from '../deployment/control.ts'
import { changeDeployment, requireDeployment } from '../deployment/rows.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import { requireSomebodyElse } from './somebody-else.ts'
import { requestOf } from './state.ts'

export const breakGlassRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  reason: z.string().trim().min(10).max(500).describe('Why it cannot wait; others will read it'),
})
export type BreakGlassRequest = z.input<typeof breakGlassRequestSchema>

/** Who went ahead without approval, and who has looked at it since. Times are milliseconds since 1970 UTC. */
export type Glass = {
  readonly by: { readonly type: Actor['type']; readonly id: string; readonly via: Actor['via'] }
  readonly person: string
  /** Everybody who may have done it; absent when it is older than this member. */
  readonly hands?: Hands
  readonly reason: string
  readonly at: number
  readonly reviewed?: { readonly person: string; readonly note: string; readonly at: number }
}

/**
 * Goes ahead without approval, in an emergency. It is told everywhere, and waits for somebody else's look afterwards.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.ended, deploy.committed,
 * deploy.not_waiting
 */
export async function breakGlass(deploys: Deploys, actor: Actor, request: BreakGlassRequest): Promise<void> {
  const { id, reason } = parseRequest(breakGlassRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'deploy.break_glass', id)
  await deploys.store.write((tx) => {
    requireStill(deploys, tx, actor, 'deploy.break_glass')
    const deployment = requireGoing(tx, id)
    const asked = requestOf(tx, deployment)
    if (asked === undefined || deployment.approvedPlan !== null || deployment.control !== 'run') {
      throw deployError('deploy.not_waiting', `${id} does not wait for an approval: it is in ${deployment.state}`, {
        place: 'id',
      })
    }
    const at = deploys.clock.now()
    const by = { type: actor.type, id: actor.id, via: actor.via }
    const glass: Glass = { by, person: personBehind(tx, actor), hands: handsOf(tx, actor, at), reason, at }
    const deadlineAt = at + (deployment.progress.approval?.remainingMs ?? 0)
    changeDeployment(tx, id, { glass, approvedPlan: asked.planHash, deadlineAt })
    const subject = { type: 'deployment', id }
    appendRecord(tx, { at, actor, action: 'deploy.break_glass', subject, change: { plan: asked.planHash, reason } })
  })
  deploys.logger.error('a deployment goes ahead without approval', { deployment: id, by: actor.id, reason })
  deploys.signals.wake(id)
}

export const reviewRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  note: z.string().trim().min(1).max(500).describe('What was found'),
})
export type ReviewRequest = z.input<typeof reviewRequestSchema>

/**
 * Somebody else has looked at what went ahead without approval.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.nothing_to_review, deploy.own_request,
 * deploy.maker_unknown
 */
export async function reviewGlass(deploys: Deploys, actor: Actor, request: ReviewRequest): Promise<void> {
  const { id, note } = parseRequest(reviewRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'approval.decide', id)
  await deploys.store.write((tx) => {
    requireStill(deploys, tx, actor, 'approval.decide')
    const { glass } = requireDeployment(tx, id)
    if (glass === undefined || glass.reviewed !== undefined) {
      throw deployError('deploy.nothing_to_review', `${id} has nothing to be looked at afterwards`, { place: 'id' })
    }
    const person = personBehind(tx, actor)
    requireSomebodyElse(tx, id, glass.hands ?? handsOf(tx, glass.by, glass.at), handsOf(tx, actor, glass.at))
    const at = deploys.clock.now()
    changeDeployment(tx, id, { glass: { ...glass, reviewed: { person, note, at } } })
    appendRecord(tx, { at, actor, action: 'approval.review', subject: { type: 'deployment', id }, change: { note } })
  })
}
