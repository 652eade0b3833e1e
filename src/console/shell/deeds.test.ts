import { expect, it } from 'vitest'
import { deedsFor } from './deeds.ts'

const deployment: Parameters<typeof deedsFor>[0][number] = {
  ...{ id: 'dep_1', project: 'acme/shop', config: 'production', endedAt: null },
  ...{ status: 'running', course: 'forward', control: 'run' },
}
const place = { project: 'acme/shop', config: 'production', servingFleet: 'dep_0', warmRelease: 'r-40' }
const kindsOf = (...given: Parameters<typeof deedsFor>) => deedsFor(...given).map(({ kind, id }) => `${kind} ${id}`)

it.each([
  ['runs', {}, ['halt dep_1', 'pause dep_1']],
  ['is paused', { status: 'paused' }, ['resume dep_1', 'halt dep_1']],
  ['is on its way back', { course: 'compensate' }, []],
  ['was told to halt', { control: 'halt' }, []],
  ['has ended', { endedAt: '2026-11-30T00:00:00Z' }, []],
] as const)('a deployment that %s', (_how, change, deeds) => {
  expect(kindsOf([{ ...deployment, ...change }], [], undefined)).toEqual(deeds)
})

it('a place with a warm release can be rolled back, and what is looked at comes first', () => {
  expect(kindsOf([deployment], [place], undefined)).toEqual(['halt dep_1', 'pause dep_1', 'rollBack dep_0'])
  expect(kindsOf([deployment], [place], 'dep_0')[0]).toBe('rollBack dep_0')
  expect(kindsOf([], [{ ...place, warmRelease: null }], undefined)).toEqual([])
})
