import { z } from 'zod'
import { type Actor, handsOf, personBehind, requireStill } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Deploys } from '../deploys.ts'
import { changeDeployment, type Deployment } from '../deployment/rows.ts'
import { requireGoing } from '../deployment/control.ts'
import { deployError } from '../errors.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import { requireSomebodyElse } from './somebody-else.ts'
import { requestOf } from './state.ts'
import { writeVote } from './rows.ts'

export const voteRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  plan: z.string().min(4).max(100).describe('Hash of the plan that was looked at, or how it begins'),
  verdict: z.enum(['approve', 'refuse']),
  reason: z.string().min(1).max(500).optional(),
})
export type VoteRequest = z.input<typeof voteRequestSchema>

/**
 * Agrees to the plan of a deployment that waits for it, or refuses it, which halts it. Never to what one has asked for oneself. A
 * later vote of the same person takes the place of the first.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.ended, deploy.committed,
 * deploy.not_waiting, deploy.own_request, deploy.maker_unknown, deploy.plan_differs, deploy.approval_expired
 */
export async function voteOnDeployment(deploys: Deploys, actor: Actor, request: VoteRequest): Promise<void> {
  const { id, plan, verdict, reason } = parseRequest(voteRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'approval.decide', id)
  await deploys.store.write((tx) => {
    requireStill(deploys, tx, actor, 'approval.decide')
    const deployment = requireGoing(tx, id)
    const now = deploys.clock.now()
    const asked = requestOf(tx, deployment)
    if (asked === undefined || deployment.approvedPlan !== null) throw notWaiting(deployment)
    const [person, hands] = [personBehind(tx, actor), handsOf(tx, actor, deployment.createdAt)]
    requireSomebodyElse(tx, id, asked.hands, hands)
    if (!asked.planHash.startsWith(plan)) throw planDiffers(id, plan, asked.planHash)
    if (now >= asked.expiresAt) throw approvalExpired(id)
    const votedBy = { type: actor.type, id: actor.id, via: actor.via }
    const vote = { person, hands, verdict, planHash: asked.planHash, votedBy, reason: reason ?? null, votedAt: now }
    writeVote(tx, id, vote)
    if (verdict === 'refuse') {
      const controlReason = `its plan was refused${reason === undefined ? '' : `: ${reason}`}`
      changeDeployment(tx, id, { control: 'halt', controlReason, status: 'running' })
    }
    appendRecord(tx, {
      at: now,
      actor,
      action: verdict === 'approve' ? 'approval.give' : 'approval.refuse',
      subject: { type: 'deployment', id },
      change: { plan: asked.planHash, person, ...(reason === undefined ? {} : { reason }) },
    })
  })
  deploys.signals.wake(id)
}

const notWaiting = ({ id, state }: Deployment) =>
  deployError('deploy.not_waiting', `${id} does not wait for an approval: it is in ${state}`, { place: 'id' })

const planDiffers = (id: string, seen: string, planHash: string) =>
  deployError('deploy.plan_differs', `The plan of ${id} is not ${seen}`, {
    place: 'plan',
    accepted: planHash,
    repair: `look at what it is now: holdfast why ${id}`,
  })

const approvalExpired = (id: string) =>
  deployError('deploy.approval_expired', `The time to approve ${id} is over`, {
    place: 'id',
    repair: `let it be asked for again: holdfast retry ${id}`,
  })
