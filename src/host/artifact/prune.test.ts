import { expect, it } from 'vitest'
import { pruneArtifactsSchema } from '../contract.ts'
import { planPrune } from './prune.ts'

const copy = (id: string, madeAt: number, members: object = {}) => ({
  ...{
    id,
    madeAt,
    project: 'a/b',
    config: 'prod',
    release: id,
    artifact: `art-${id}`,
    sha256: '',
    files: 1,
    bytes: 1,
    folder: id,
  },
  ...members,
})
const command = (members: object = {}) =>
  pruneArtifactsSchema.parse({ kind: 'pruneArtifacts', key: 'k', keep: 1, ...members })
const copies = [copy('r1', 1), copy('r2', 2), copy('r3', 3), copy('x1', 1, { config: 'staging' })]
const artifacts = ['art-r1', 'art-r2', 'art-r3', 'art-x1', 'art-stray']
const plan = (members: object = {}, used: string[] = []) =>
  planPrune(command(members), { copies, artifacts, usedCopies: new Set(used) })

it('keeps the newest releases of each project and config', () => {
  expect(plan()).toEqual({ copies: ['r1', 'r2'], artifacts: ['art-r1', 'art-r2', 'art-stray'] })
  expect(plan({ keep: 2 }).copies).toEqual(['r1'])
  expect(plan({ keep: 0 }).copies).toEqual(['r1', 'r2', 'r3', 'x1'])
})

it('keeps what is named and what an instance uses', () => {
  expect(plan({ releases: ['r1'] }).copies).toEqual(['r2'])
  expect(plan({ keep: 0 }, ['r2'])).toEqual({
    copies: ['r1', 'r3', 'x1'],
    artifacts: ['art-r1', 'art-r3', 'art-x1', 'art-stray'],
  })
})

it('touches no other project or config than asked for', () => {
  expect(plan({ keep: 0, config: 'staging' })).toEqual({ copies: ['x1'], artifacts: ['art-x1', 'art-stray'] })
  expect(plan({ keep: 0, project: 'other' }).copies).toEqual([])
})

it('keeps an artifact that another copy shares, and all copies of a kept release', () => {
  const shared = [
    copy('r1', 1, { artifact: 'same' }),
    copy('r2', 2, { artifact: 'same' }),
    copy('r2b', 1, { release: 'r2' }),
  ]
  expect(planPrune(command(), { copies: shared, artifacts: ['same', 'art-r2b'], usedCopies: new Set() })).toEqual({
    copies: ['r1'],
    artifacts: [],
  })
})
