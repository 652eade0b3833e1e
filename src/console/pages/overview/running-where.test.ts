import { expect, it } from 'vitest'
import type { DeploymentSummary, Lock, Pointer } from '../../api/generated.ts'
import { runningWhere } from './running-where.ts'

const at = '2026-01-01T12:00:00.000Z'
const place = (config: string, servingFleet: string | null): Pointer => ({
  ...{ project: 'acme/shop', config, servingFleet, servingRelease: servingFleet },
  ...{ warmFleet: null, warmRelease: null, warmUntil: null },
})
const deployment = (id: string, config: string, more: object = {}) =>
  ({
    ...{ id, project: 'acme/shop', config, fleet: id, committedAt: at, endedAt: at, status: 'succeeded' },
    ...more,
  }) as DeploymentSummary
const lock: Lock = {
  ...{ project: 'acme/shop', config: 'production', kind: 'person', owner: 'tok_1', ownerName: 'ken', reason: 'sale' },
  ...{ term: 1, takenAt: at, expiresAt: at },
}

it('of each place: what put it in charge last, what is under way, who has closed it', () => {
  const history = [
    deployment('d4', 'production', { endedAt: null, committedAt: null }),
    deployment('d3', 'production', { fleet: 'd1' }),
    deployment('d2', 'staging'),
    deployment('d1', 'production'),
  ]
  const found = runningWhere([place('production', 'd1'), place('staging', 'd2')], history, [lock])
  expect(found.map(({ by, underWay, closed, last }) => [by?.id, underWay?.id, closed?.ownerName, last.length])).toEqual(
    [
      ['d3', 'd4', 'ken', 3],
      ['d2', undefined, undefined, 1],
    ],
  )
  expect(found[0]?.last.map(({ id }) => id)).toEqual(['d1', 'd3', 'd4'])
})

it('a first deployment is there while nothing serves yet', () => {
  const first = deployment('d1', 'production', { endedAt: null, committedAt: null })
  expect(runningWhere([], [first], [])).toMatchObject([{ place: { servingFleet: null }, underWay: { id: 'd1' } }])
  expect(runningWhere([], [deployment('d0', 'production')], [])).toEqual([])
})
