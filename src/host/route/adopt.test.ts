import { expect, it } from 'vitest'
import { parseRoutes } from '../../edge/index.ts'
import { adoptable } from './adopt.ts'
import { mergeRoutes, type PlaceRoutes } from './merge.ts'
import { aRoute, aTarget, blog, shop } from './routes.fake.ts'

const on = (version: number, ...routes: PlaceRoutes['routes']): PlaceRoutes => ({ ...shop, version, routes })
/** As the edge answers: every field said, and somebody attested. */
const inForce = (version: number, ...places: readonly PlaceRoutes[]) => {
  const attested = { pid: 1, at: 1, evidence: 'seen' }
  return parseRoutes(mergeRoutes(places, version, () => ({ own: true, attested })))
}
const green = [aRoute('web', { targets: [aTarget('g', { release: 'dep_2' })] })]
const blue = [aRoute('web', { targets: [aTarget('b')] })]

it('takes nothing from an edge that has what the disk has', () => {
  expect(adoptable([on(5, ...blue)], inForce(5, on(5, ...blue)))).toEqual([])
  expect(adoptable([on(5, ...blue)], inForce(9, on(5, ...blue)))).toEqual([])
})

it('takes nothing from an edge that never had what the disk has', () => {
  expect(adoptable([on(5, ...blue)], inForce(4, on(3, ...green)))).toEqual([])
  expect(adoptable([on(5, ...blue)], { version: 0, routes: [] })).toEqual([])
})

it('takes what the edge was told when the disk was full', () => {
  const [place] = adoptable([on(5, ...blue)], inForce(6, on(6, ...green)))
  expect(place).toMatchObject({ ...shop, version: 6, routes: [{ id: 'web', targets: [{ id: 'g' }] }] })
  expect(adoptable([on(5, ...blue)], inForce(6))).toEqual([on(6)])
})

it('takes a place whose file is gone or cannot be read, and leaves alone what no host made', () => {
  const routes = inForce(6, { ...on(6, ...blue), ...blog })
  const byHand = { ...routes.routes[0], id: 'by-hand' } as (typeof routes.routes)[number]
  expect(adoptable([], { ...routes, routes: [...routes.routes, byHand] })).toMatchObject([{ ...blog, version: 6 }])
})
