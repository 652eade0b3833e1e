import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalRequest, judgeApproval, type Vote } from './judge.ts'

const people = ['ada', 'ken', 'mika', 'yuki'] as const
const hashes = ['plan-1', 'plan-2'] as const
const requests: fc.Arbitrary<ApprovalRequest> = fc
  .record({
    needed: fc.integer({ min: 1, max: 4 }),
    planHash: fc.constantFrom(...hashes),
    requester: fc.constantFrom(...people),
    askedAt: fc.constant(100),
    expiresAt: fc.constant(200),
  })
  .map((request) => ({ ...request, hands: [request.requester] }))
const votes: fc.Arbitrary<Vote[]> = fc.array(
  fc
    .record({
      person: fc.constantFrom(...people),
      verdict: fc.constantFrom('approve' as const, 'approve' as const, 'refuse' as const),
      planHash: fc.constantFrom(...hashes),
      votedAt: fc.integer({ min: 90, max: 210 }),
    })
    .map((vote) => ({ ...vote, hands: [vote.person] })),
  { maxLength: 8 },
)
const allowed = fc.uniqueArray(fc.constantFrom(...people))
const times = fc.integer({ min: 100, max: 210 })

describe('the judgement', () => {
  it('is never that a plan is approved unless enough others said so, of this plan, in time, and may still', () => {
    fc.assert(
      fc.property(requests, votes, allowed, times, (request, cast, may, now) => {
        const judged = judgeApproval(request, cast, now, (person) => may.some((one) => one === person))
        if (judged.kind !== 'approved') return
        const said = (person: string) =>
          cast.some(
            (one) =>
              one.person === person &&
              one.verdict === 'approve' &&
              one.planHash === request.planHash &&
              one.votedAt >= 100 &&
              one.votedAt < 200,
          )
        const others = people.filter((person) => person !== request.requester && may.includes(person) && said(person))
        expect(others.length).toBeGreaterThanOrEqual(request.needed)
        expect(new Set(judged.by)).toEqual(new Set(others))
        expect(now).toBeLessThan(200)
      }),
      { numRuns: 5000 },
    )
  })

  it('is that it is refused as soon as one who may says so', () => {
    const request = { needed: 1, planHash: 'p', requester: 'ada', hands: ['ada'], askedAt: 0, expiresAt: 10 }
    const no = { person: 'ken', hands: ['ken'], verdict: 'refuse', planHash: 'p', votedAt: 1 } as const
    const yes = { person: 'mika', hands: ['mika'], verdict: 'approve', planHash: 'p', votedAt: 2 } as const
    expect(judgeApproval(request, [yes, no], 3, () => true)).toEqual({ kind: 'refused', by: 'ken' })
    expect(judgeApproval(request, [yes, no], 3, (person) => person !== 'ken')).toEqual({
      kind: 'approved',
      by: ['mika'],
    })
    expect(judgeApproval(request, [], 3, () => true)).toEqual({ kind: 'waiting', missing: 1 })
    expect(judgeApproval(request, [yes], 10, () => true)).toEqual({ kind: 'expired' })
  })

  it('counts what one person may have done as one, whoever is said to have done it', () => {
    const request = { needed: 2, planHash: 'p', requester: 'bot', hands: ['bot', 'ada'], askedAt: 0, expiresAt: 10 }
    const by = (person: string, ...hands: string[]): Vote => ({
      ...{ person, hands: [person, ...hands], verdict: 'approve', planHash: 'p', votedAt: 1 },
    })
    const judged = (...cast: Vote[]) => judgeApproval(request, cast, 3, () => true)
    expect(judged(by('ada'), by('tool', 'ada'), by('ken'))).toEqual({ kind: 'waiting', missing: 1 })
    expect(judged(by('ken'), by('tool', 'ken'))).toEqual({ kind: 'waiting', missing: 1 })
    expect(judged(by('ken'), by('tool', 'ken', 'mika'))).toEqual({ kind: 'waiting', missing: 1 })
    expect(judged(by('ken'), by('tool', 'ken', 'mika'), by('mika'))).toMatchObject({ kind: 'approved' })
    expect(judged(by('ken'), by('tool', 'unknown'))).toEqual({ kind: 'waiting', missing: 1 })
    const nobodyKnows = { ...request, hands: ['bot', 'unknown'] }
    expect(judgeApproval(nobodyKnows, [by('ken'), by('mika')], 3, () => true)).toMatchObject({ missing: 2 })
  })
})
