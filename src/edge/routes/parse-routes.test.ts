import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { clientPolicyDefaults, routeDefaults } from '../contract.ts'
import { parseRoutes, parseSettings } from './parse-routes.ts'

const target = {
  id: 'a',
  release: 'r1',
  instance: 'web.1',
  address: { host: '127.0.0.1', port: 3000 },
  state: 'active',
}
const route = {
  id: 'shop',
  project: 'acme/shop',
  config: 'production',
  service: 'web',
  hosts: ['shop.example.com'],
  weights: [{ release: 'r1', weight: 1 }],
  targets: [target],
}
const withRoute = (more: object) => ({ version: 1, routes: [{ ...route, ...more }] })

describe('routes', () => {
  it('are completed with the defaults that the contract names', () => {
    expect(parseRoutes(withRoute({ health: { path: '/up' } })).routes[0]).toEqual({
      ...route,
      ...routeDefaults,
      health: { ...routeDefaults.health, path: '/up' },
    })
  })

  it('that were completed are complete: parsing again changes nothing', () => {
    const once = parseRoutes(withRoute({ stickyBy: { kind: 'cookie', name: 'sid' }, limits: { burst: 3 } }))
    expect(parseRoutes(JSON.parse(JSON.stringify(once)))).toEqual(once)
  })

  it.each<[string, unknown, string]>([
    ['no object', null, ''],
    ['version 0', { version: 0, routes: [] }, '/version'],
    ['a version that is no whole number', { version: 1.5, routes: [] }, '/version'],
    ['an unknown key', withRoute({ wieghts: [] }), '/routes/0/wieghts'],
    ['an unknown key deep down', withRoute({ health: { paht: '/' } }), '/routes/0/health/paht'],
    ['no hosts', withRoute({ hosts: [] }), '/routes/0/hosts'],
    ['a host with a port', withRoute({ hosts: ['a.example.com:80'] }), '/routes/0/hosts/0'],
    ['a host in upper case', withRoute({ hosts: ['Shop.example.com'] }), '/routes/0/hosts/0'],
    ['a wildcard in the middle', withRoute({ hosts: ['a.*.example.com'] }), '/routes/0/hosts/0'],
    ['a path with a query', withRoute({ pathPrefix: '/a?b' }), '/routes/0/pathPrefix'],
    ['a path that does not begin', withRoute({ pathPrefix: 'a' }), '/routes/0/pathPrefix'],
    [
      'a probe that would split its request',
      withRoute({ health: { path: '/ HTTP/1.1\r\nX: 1' } }),
      '/routes/0/health/path',
    ],
    ['a negative weight', withRoute({ weights: [{ release: 'r1', weight: -1 }] }), '/routes/0/weights/0/weight'],
    ['a release named twice', withRoute({ weights: [route.weights[0], route.weights[0]] }), '/routes/0/weights'],
    ['a target named twice', withRoute({ targets: [target, target] }), '/routes/0/targets'],
    ['a state that is none', withRoute({ targets: [{ ...target, state: 'on' }] }), '/routes/0/targets/0/state'],
    [
      'a port that is none',
      withRoute({ targets: [{ ...target, address: { host: 'a', port: 0 } }] }),
      '/routes/0/targets/0/address/port',
    ],
    [
      'a socket that is no path',
      withRoute({ targets: [{ ...target, address: { socketPath: 'x' } }] }),
      '/routes/0/targets/0/address/socketPath',
    ],
    ['a sticky header without its name', withRoute({ stickyBy: { kind: 'header' } }), '/routes/0/stickyBy/name'],
    ['a threshold above all', withRoute({ panicThreshold: 1.1 }), '/routes/0/panicThreshold'],
    ['no number where one belongs', withRoute({ panicThreshold: Number.NaN }), '/routes/0/panicThreshold'],
    ['a route twice', { version: 1, routes: [route, { ...route, hosts: ['b'] }] }, '/routes'],
    ['an address twice', { version: 1, routes: [route, { ...route, id: 'b', pathPrefix: '/' }] }, '/routes'],
  ])('are refused with the place: %s', (_, routes, place) => {
    const refuse = () => parseRoutes(routes)
    expect(refuse).toThrow(HoldfastError)
    expect(refuse).toThrow(expect.objectContaining({ code: 'edge.routes_invalid', place }))
  })

  it('never fail in another way, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ version: fc.nat(), routes: fc.array(fc.jsonValue()) })),
        (value) => {
          expect(['fine', 'edge.routes_invalid']).toContain(verdictOn(value))
        },
      ),
    )
  })
})

function verdictOn(value: unknown): string {
  try {
    parseRoutes(value)
    return 'fine'
  } catch (error) {
    return error instanceof HoldfastError ? error.code : String(error)
  }
}

describe('settings', () => {
  const listeners = [{ name: 'main', host: '127.0.0.1', port: 7480 }]
  it('are completed', () => {
    expect(parseSettings({ listeners, client: { keepAliveMs: 1 } })).toEqual({
      listeners,
      trustedProxies: [],
      client: { ...clientPolicyDefaults, keepAliveMs: 1 },
    })
  })
  it.each<[string, object, string]>([
    ['no listener', { listeners: [] }, '/listeners'],
    ['a name for an address', { listeners: [{ ...listeners[0], host: 'localhost' }] }, '/listeners/0/host'],
    ['two of a name', { listeners: [listeners[0], listeners[0]] }, '/listeners'],
    ['a proxy that is no address', { listeners, trustedProxies: ['everybody'] }, '/trustedProxies/0'],
    ['TLS without a certificate', { listeners: [{ ...listeners[0], certificates: [] }] }, '/listeners/0/certificates'],
  ])('are refused with the place: %s', (_, settings, place) => {
    expect(() => parseSettings(settings)).toThrow(expect.objectContaining({ code: 'edge.settings_invalid', place }))
  })
})
