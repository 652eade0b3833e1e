/** How far an approval is, for people. */
import { nameOfActor } from '../../access/index.ts'
import { named, type NamedActor } from '../named.ts'
import type { Deployment } from '../deployment/rows.ts'
import type { Queries } from '../sql.ts'
import type { Glass } from './break-glass.ts'
import type { Verdict } from './judge.ts'
import { votesFor } from './rows.ts'
import { approvalsNeeded, isApproved, judgementOf, requestOf } from './state.ts'

export type SeenVote = {
  readonly by: NamedActor
  readonly verdict: Verdict
  readonly reason: string | null
  readonly votedAt: number
}

export type ApprovalSight = {
  /** The person who asked, or the token that is nobody's. */
  readonly requester: string
  readonly needed: number
  /** `broken`: somebody went ahead without. */
  readonly state: 'waiting' | 'approved' | 'refused' | 'expired' | 'broken'
  /** How many are still missing. */
  readonly missing: number
  readonly askedAt: number
  readonly expiresAt: number
  readonly votes: readonly SeenVote[]
  readonly glass: (Omit<Glass, 'by'> & { readonly by: NamedActor }) | null
}

/** With the names that people know them by. */
function seenGlass(queries: Queries, { reviewed, by, ...glass }: Glass): NonNullable<ApprovalSight['glass']> {
  const seen = { ...glass, by: named(queries, by) }
  if (reviewed === undefined) return seen
  const person = nameOfActor(queries, { type: 'user', id: reviewed.person }) ?? reviewed.person
  return { ...seen, reviewed: { ...reviewed, person } }
}

/** Null where nobody else was asked. */
export function approvalOf(queries: Queries, deployment: Deployment, now: number): ApprovalSight | null {
  const request = requestOf(queries, deployment)
  if (request === undefined) return null
  const { glass } = deployment
  const judged = judgementOf(queries, deployment, now)
  const state = glass !== undefined ? 'broken' : isApproved(deployment) ? 'approved' : judged.kind
  return {
    requester: request.requester,
    needed: approvalsNeeded(queries, deployment),
    state,
    missing: state === 'waiting' && judged.kind === 'waiting' ? judged.missing : 0,
    askedAt: request.askedAt,
    expiresAt: request.expiresAt,
    votes: votesFor(queries, deployment.id).map(({ votedBy, verdict, reason, votedAt }) => ({
      ...{ by: named(queries, votedBy), verdict, reason, votedAt },
    })),
    glass: glass === undefined ? null : seenGlass(queries, glass),
  }
}
