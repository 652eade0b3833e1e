/** The state in which a deployment waits for others to agree. It holds the place, and has changed nothing yet. */
import { can, grantsNow, handsOf, personBehind } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import { formatDuration } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { changeDeployment, type Deployment, requireDeployment } from '../deployment/rows.ts'
import { DeployFailure, Steered, steering } from '../failure.ts'
import { requireNoPause } from '../machine/observe.ts'
import type { Run } from '../machine/run.ts'
import { placeName } from '../place.ts'
import { hashOf, type Plan } from '../plan/plan.ts'
import type { Queries } from '../sql.ts'
import { type ApprovalRequest, judgeApproval, type Judgement } from './judge.ts'
import { protectionOf, votesFor } from './rows.ts'

/** One visit lasts so long, so that the history shows that it lives. */
const visitMs = 60_000
/** Where nothing says how long: a place that got open while somebody waited. */
const usualLifeMs = 4 * 3_600_000

/** How many others have to agree: as many as when it began, and more when the place got stricter since; never fewer. */
export function approvalsNeeded(queries: Queries, deployment: Deployment): number {
  // What has served before was agreed to then, and out of trouble the way is short.
  if (deployment.kind !== 'deploy') return 0
  return Math.max(deployment.approvalsNeeded, protectionOf(queries, deployment)?.approvals ?? 0)
}

/** Whether its plan, as it is now, may be carried out. Where nobody else is asked, that was written down with the plan. */
export const isApproved = ({ kind, approvedPlan, planHash }: Deployment): boolean =>
  kind !== 'deploy' || (approvedPlan !== null && approvedPlan === planHash)

/** Asks, and waits until enough have agreed, one has refused, or the time is over. */
export async function approve(run: Run): Promise<object> {
  if (isApproved(run.deployment)) return { approved: true }
  // The visit that asks ends at once: the next one knows the new deadline.
  if (run.progress.approval === undefined) return ask(run)
  const begun = run.now
  for (;;) {
    requireNoPause(run)
    const judgement = await decide(run)
    if (judgement === 'approved') return { approved: true }
    if (run.now - begun >= visitMs) return { approved: false }
    const { expiresAt } = run.progress.approval
    await run.sleep(Math.max(1, Math.min(visitMs, expiresAt - run.now)))
    run.reload()
  }
}

/** The time of waiting is not the deployment's. */
async function ask(run: Run): Promise<object> {
  const { now, deployment, deploys } = run
  const livesMs = protectionOf(deploys.store.read, deployment)?.livesMs ?? usualLifeMs
  const approval = { askedAt: now, expiresAt: now + livesMs, remainingMs: Math.max(0, deployment.deadlineAt - now) }
  const waitingFor = waitingWords(approvalsNeeded(deploys.store.read, deployment))
  await run.remember({ approval, waitingFor }, (tx) => {
    // Far enough for the answer, which puts it back.
    changeDeployment(tx, run.id, { deadlineAt: approval.expiresAt + approval.remainingMs + visitMs })
    appendRecord(tx, {
      ...{ at: now, actor: run.actor, cause: run.cause, action: 'approval.ask' },
      subject: { type: 'deployment', id: run.id },
      change: { plan: deployment.planHash, needed: approvalsNeeded(tx, deployment), expiresAt: approval.expiresAt },
    })
  })
  return { approved: false }
}

const waitingWords = (missing: number): string =>
  `until ${missing === 1 ? 'somebody else has' : `${missing} others have`} approved the plan`

/** Judged and written down in one transaction: no vote slips in between. */
async function decide(run: Run): Promise<'approved' | 'waiting'> {
  const judgement = await run.write((tx) => {
    const deployment = requireDeployment(tx, run.id)
    if (isApproved(deployment)) return { kind: 'broken' } as const
    const judged = judgementOf(tx, deployment, run.now)
    if (judged.kind === 'approved') settle(tx, run, deployment, judged.by)
    if (judged.kind === 'waiting') {
      const progress = { ...deployment.progress, waitingFor: waitingWords(judged.missing) }
      if (progress.waitingFor !== deployment.progress.waitingFor) changeDeployment(tx, run.id, { progress })
    }
    return judged
  })
  run.reload()
  switch (judgement.kind) {
    case 'broken':
    case 'approved':
      return 'approved'
    case 'waiting':
      return 'waiting'
    case 'refused':
      throw new Steered(steering.halted, run.deployment.controlReason ?? 'refused')
    case 'expired':
      throw expired(run.deployment)
  }
}

/** The approval is for this plan and no other, and its time begins to run again. */
function settle(tx: Transaction, run: Run, deployment: Deployment, by: readonly string[]): void {
  const deadlineAt = run.now + (deployment.progress.approval?.remainingMs ?? 0)
  changeDeployment(tx, run.id, { approvedPlan: deployment.planHash, deadlineAt })
  appendRecord(tx, {
    ...{ at: run.now, actor: run.actor, cause: run.cause, action: 'approval.reach' },
    subject: { type: 'deployment', id: run.id },
    change: { plan: deployment.planHash, by },
  })
}

/** Undefined before it is asked for. */
export function requestOf(queries: Queries, deployment: Deployment): ApprovalRequest | undefined {
  const { progress, planHash, requestedBy } = deployment
  if (progress.approval === undefined || planHash === null) return undefined
  const { askedAt, expiresAt } = progress.approval
  const requester = personBehind(queries, requestedBy)
  const hands = deployment.requesterHands ?? handsOf(queries, requestedBy, deployment.createdAt)
  return { needed: approvalsNeeded(queries, deployment), planHash, requester, hands, askedAt, expiresAt }
}

export function judgementOf(queries: Queries, deployment: Deployment, now: number): Judgement {
  const request = requestOf(queries, deployment)
  if (request === undefined) return { kind: 'waiting', missing: approvalsNeeded(queries, deployment) }
  const thing = {
    type: 'place',
    id: placeName(deployment),
    place: { project: deployment.project, config: deployment.config },
  }
  return judgeApproval(request, votesFor(queries, deployment.id), now, (person) => {
    const actor = { type: 'user', id: person, via: 'api', grants: grantsNow(queries, person, now) } as const
    return can(actor, 'approval.decide', thing).allowed
  })
}

function expired({ id, progress }: Deployment): DeployFailure {
  const { askedAt = 0, expiresAt = 0 } = progress.approval ?? {}
  return new DeployFailure('permission', `nobody approved its plan within ${formatDuration(expiresAt - askedAt)}`, {
    meaning: 'Others have to agree to what is deployed there; nothing has changed.',
    command: `ask an approver, then: holdfast retry ${id}`,
  })
}

/**
 * What is carried out was agreed to: asked before each call, so that no way around the state leads to one.
 * @throws DeployFailure
 */
export function requireApproval(deployment: Deployment): void {
  requireWhole(deployment)
  if (isApproved(deployment)) return
  throw new DeployFailure('consistency', 'the plan was not approved', {
    command: `holdfast approve ${deployment.id} --plan ${deployment.planHash ?? 'HASH'}`,
  })
}

/** The plan as it is by now, while all of it can be taken back still: after the commit it could only be finished. */
export function requireStillApproved(run: Run): void {
  run.reload()
  requireApproval(run.deployment)
}

/** Plans that were found to be what their hash says: they are long, and this is asked before each call. */
const whole = new WeakSet<Plan>()

function requireWhole({ id, plan, planHash }: Deployment): void {
  if (plan === undefined || whole.has(plan)) return
  if (hashOf(plan) !== planHash) {
    throw new DeployFailure('permission', 'the plan is not the one that its hash stands for: somebody has changed it', {
      meaning: 'What would be carried out is not what was looked at and agreed to.',
      command: `look at who can write to the database, then: holdfast retry ${id}`,
    })
  }
  whole.add(plan)
}
