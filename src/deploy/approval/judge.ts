/** Whether enough others have agreed to exactly this plan. Pure. */
import { commonHand, fewestPeople, type Hands } from '../../access/index.ts'

export type ApprovalRequest = {
  /** How many people besides the one who asks. */
  readonly needed: number
  /** The plan that is asked for; a vote for another one counts for nothing. */
  readonly planHash: string
  /** The person who asks, whichever token they came by. */
  readonly requester: string
  /** Everybody who may have asked. */
  readonly hands: Hands
  readonly askedAt: number
  readonly expiresAt: number
}

export type Verdict = 'approve' | 'refuse'

export type Vote = {
  readonly person: string
  /** Everybody who may have given it. */
  readonly hands: Hands
  readonly verdict: Verdict
  readonly planHash: string
  readonly votedAt: number
}

export type Judgement =
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  | { readonly kind: 'refused'; readonly by: string }
  | { readonly kind: 'waiting'; readonly missing: number }
  | { readonly kind: 'expired' }

/** `mayVote`: whether a person may approve here, now: who has lost the right since has not agreed. */
export function judgeApproval(
  request: ApprovalRequest,
  votes: readonly Vote[],
  now: number,
  mayVote: (person: string) => boolean,
): Judgement {
  const counted = votes.filter((vote) => isCounted(request, vote) && mayVote(vote.person))
  const refusal = counted.find(({ verdict }) => verdict === 'refuse')
  if (refusal !== undefined) return { kind: 'refused', by: refusal.person }
  if (now >= request.expiresAt) return { kind: 'expired' }
  const by = [...new Set(counted.map(({ person }) => person))]
  const people = fewestPeople(
    counted.map(({ hands }) => hands),
    request.needed,
  )
  const missing = request.needed - people
  return missing <= 0 ? { kind: 'approved', by } : { kind: 'waiting', missing }
}

function isCounted({ planHash, hands, askedAt, expiresAt }: ApprovalRequest, vote: Vote): boolean {
  const isInTime = vote.votedAt >= askedAt && vote.votedAt < expiresAt
  return vote.planHash === planHash && isInTime && commonHand(hands, vote.hands) === undefined
}
