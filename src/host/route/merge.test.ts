import { describe, expect, it } from 'vitest'
import { parseRoutes } from '../../edge/index.ts'
import { edgeRouteId, mergeRoutes, type PlaceRoutes, placeOfRoute, refuseImpossible } from './merge.ts'
import { aRoute, aTarget, blog, shop } from './routes.fake.ts'

const foreign = () => ({ own: false })
const place = (at: typeof shop, ...routes: PlaceRoutes['routes']): PlaceRoutes => ({ ...at, version: 1, routes })

describe('the routes of many places', () => {
  it('become one truth that the edge reads, in the same order whatever order they came in', () => {
    const places = [
      place(shop, aRoute('web'), aRoute('api')),
      place(blog, aRoute('web', { hosts: ['blog.example.com'] })),
    ]
    const merged = mergeRoutes(places, 7, foreign)
    expect(merged.version).toBe(7)
    expect(merged.routes.map(({ id }) => id)).toEqual([
      'acme/blog:production:web',
      'acme/shop:production:web',
      'acme/shop:production:api',
    ])
    expect(mergeRoutes(places.toReversed(), 7, foreign)).toEqual(merged)
    expect(() => parseRoutes(merged)).not.toThrow()
  })

  it('belong to their place, whatever the routes say of themselves', () => {
    const [route] = mergeRoutes([place(shop, aRoute('web', blog))], 1, foreign).routes
    expect(route).toMatchObject(shop)
  })

  it('never meet in one id, however the names are cut', () => {
    const ids = [
      edgeRouteId({ project: 'a', config: 'b' }, 'c:d'),
      edgeRouteId({ project: 'a/b', config: 'c' }, 'd'),
      edgeRouteId({ project: 'a', config: 'b' }, 'c/d'),
    ]
    expect(new Set(ids).size).toBe(3)
    expect(ids.map(placeOfRoute)).toEqual([
      { project: 'a', config: 'b', id: 'c:d' },
      { project: 'a/b', config: 'c', id: 'd' },
      { project: 'a', config: 'b', id: 'c/d' },
    ])
    expect(placeOfRoute('made-by-hand')).toBeUndefined()
  })

  it('that claim one address are not refused by the edge for everybody: who had it first keeps it', () => {
    const later = { ...place(blog, aRoute('web'), aRoute('own')), version: 2 }
    const merged = mergeRoutes([later, place(shop, aRoute('web'))], 3, foreign)
    expect(merged.routes.map(({ id }) => id)).toEqual(['acme/blog:production:own', 'acme/shop:production:web'])
    expect(() => parseRoutes(merged)).not.toThrow()
  })

  it('say who is attested for targets of this host only, and pass on what others said of theirs', () => {
    const said = { pid: 9, at: 1, evidence: 'its own host saw it' }
    const targets = [
      aTarget('own', { attested: said }),
      aTarget('new', { attested: said }),
      aTarget('far', { attested: said }),
    ]
    const seen = { pid: 5, at: 2, evidence: 'we saw it' }
    const [route] = mergeRoutes([place(shop, aRoute('web', { targets }))], 1, (_, { id }) => {
      if (id === 'far') return { own: false }
      return id === 'own' ? { own: true, attested: seen } : { own: true }
    }).routes
    expect(route?.targets.map(({ attested }) => attested)).toEqual([seen, undefined, said])
  })
})

describe('an address', () => {
  const taken = [place(shop, aRoute('web', { hosts: ['a.example.com', 'b.example.com'], pathPrefix: '/api/' }))]
  const refusal = (hosts: readonly string[], pathPrefix?: string, at = blog) => {
    const route = pathPrefix === undefined ? aRoute('x', { hosts }) : aRoute('x', { hosts, pathPrefix })
    return () => refuseImpossible(taken, at, [route])
  }

  it.each([['/api'], ['/api/']])('that another place has is refused, and its owner named: %s', (path) => {
    expect(refusal(['c.example.com', 'b.example.com'], path)).toThrow(
      expect.objectContaining({
        code: 'host.route_taken',
        kind: 'conflict',
        message: 'b.example.com/api belongs to acme/shop production: its service web has it (route web)',
        repair: expect.stringContaining('take the route out of acme/shop production first'),
      }),
    )
  })

  it('is free under another path or host, and for its own place', () => {
    expect(refusal(['b.example.com'])).not.toThrow()
    expect(refusal(['b.example.com'], '/apix')).not.toThrow()
    expect(refusal(['c.example.com'], '/api')).not.toThrow()
    expect(refusal(['b.example.com'], '/api', shop)).not.toThrow()
  })

  it('is refused for a route id that the edge could not take with its place', () => {
    const id = 'x'.repeat(180)
    expect(() => refuseImpossible([], shop, [aRoute(id)])).toThrow(/is too long/)
    expect(() => refuseImpossible([], shop, [aRoute(id.slice(1))])).not.toThrow()
  })
})
