import { expect, it } from 'vitest'
import type { Deployment } from '../../api/generated.ts'
import { type Grant, may } from '../../api/may.ts'
import { choicesFor } from './approval-choices.ts'

const at = '2026-11-30T12:00:00Z'
const by = { type: 'user', id: 'prs_ken', via: 'ui' }
const asked: NonNullable<Deployment['approval']> = {
  ...{ requester: 'prs_mika', needed: 1, missing: 1, askedAt: at, expiresAt: at, votes: [] },
  state: 'waiting',
  glass: null,
}
const place = { project: 'acme/shop', config: 'production', endedAt: null, control: 'run' } as const
const offered = (more: object, person: string, ...grants: readonly Grant[]) =>
  choicesFor({ ...place, approval: { ...asked, ...more } }, person, (verb, thing) => may(grants, verb, thing))

const approver: Grant = { role: 'approver', project: 'acme/shop' }
const admin: Grant = { role: 'admin' }

it('another approver approves or refuses; whoever asked does not, not even an admin', () => {
  expect(offered({}, 'prs_ken', approver)).toEqual(['approve', 'refuse'])
  expect(offered({}, 'prs_mika', approver)).toEqual([])
  expect(offered({}, 'prs_mika', admin)).toEqual(['glass'])
  expect(offered({}, 'prs_ken', { ...approver, project: 'acme/other' })).toEqual([])
  expect(offered({}, 'prs_ken', { role: 'viewer' })).toEqual([])
})

it('who has approved may still refuse', () => {
  expect(offered({ votes: [{ by, verdict: 'approve', reason: null, votedAt: at }] }, 'prs_ken', approver)).toEqual([
    'refuse',
  ])
})

it('when it is decided, or has ended, nothing is offered', () => {
  expect(offered({ state: 'approved' }, 'prs_ken', admin)).toEqual([])
  expect(offered({ state: 'expired' }, 'prs_ken', admin)).toEqual([])
})

it('broken glass is looked at by somebody else, once', () => {
  const glass = { by, person: 'prs_ken', reason: 'checkout is down', at, reviewed: null }
  expect(offered({ state: 'broken', glass }, 'prs_mika', approver)).toEqual(['review'])
  expect(offered({ state: 'broken', glass }, 'prs_ken', admin)).toEqual([])
  const reviewed = { by: 'Mika', note: 'right', at }
  expect(offered({ state: 'broken', glass: { ...glass, reviewed } }, 'prs_mika', approver)).toEqual([])
})
