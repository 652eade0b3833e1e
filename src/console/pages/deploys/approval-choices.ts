/** What a person is offered about the approval of a deployment. Pure. */
import type { Deployment } from '../../api/generated.ts'
import type { May } from '../../api/may.ts'

export type Choice = 'approve' | 'refuse' | 'glass' | 'review'

type Of = Pick<Deployment, 'project' | 'config' | 'approval' | 'endedAt' | 'control'>

/** Never to approve what one asked for, nor to look at what one did without approval. */
export function choicesFor(deployment: Of, person: string, may: May): readonly Choice[] {
  const { approval, endedAt, control } = deployment
  if (approval === null) return []
  const { state, requester, votes, glass } = approval
  const mayDecide = may('approval.decide', deployment)
  if (state === 'broken') {
    return glass?.reviewed === null && glass.person !== person && mayDecide ? ['review'] : []
  }
  if (state !== 'waiting' || endedAt !== null || control !== 'run') return []
  const isOther = requester !== person && mayDecide
  const hasApproved = votes.some(({ by, verdict }) => by.id === person && verdict === 'approve')
  return [
    ...(isOther && !hasApproved ? (['approve'] as const) : []),
    ...(isOther ? (['refuse'] as const) : []),
    ...(may('deploy.break_glass', deployment) ? (['glass'] as const) : []),
  ]
}
