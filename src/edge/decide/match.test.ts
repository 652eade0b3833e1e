import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainHost, plainPath, RouteTable } from './match.ts'

const table = (...routes: readonly (readonly [name: string, host: string, prefix: string])[]) =>
  new RouteTable(routes.map(([name, host, pathPrefix]) => ({ name, hosts: [host], pathPrefix })))

describe('the route of a request', () => {
  const shop = table(
    ['any', '*', '/'],
    ['wild', '*.example.com', '/'],
    ['deep', '*.eu.example.com', '/'],
    ['exact', 'shop.example.com', '/'],
    ['api', 'shop.example.com', '/api'],
    ['admin', 'shop.example.com', '/api/admin/'],
  )
  it.each([
    ['shop.example.com', '/', 'exact'],
    ['shop.example.com', '/api', 'api'],
    ['shop.example.com', '/api/', 'api'],
    ['shop.example.com', '/apix', 'exact'],
    ['shop.example.com', '/api/admin', 'admin'],
    ['shop.example.com', '/api/admin/users', 'admin'],
    ['other.example.com', '/api', 'wild'],
    ['a.b.example.com', '/', 'wild'],
    ['a.eu.example.com', '/', 'deep'],
    ['example.com', '/', 'any'],
    ['elsewhere.test', '/', 'any'],
  ])('%s%s goes to %s', (host, path, name) => {
    expect(shop.match(host, path)?.name).toBe(name)
  })

  it('falls back to a wider host when the narrower has nothing under this path', () => {
    const both = table(['api', 'a.example.com', '/api'], ['wild', '*.example.com', '/'])
    expect(both.match('a.example.com', '/other')?.name).toBe('wild')
  })

  it('is none where nothing fits', () => {
    expect(table(['api', 'a.example.com', '/api']).match('a.example.com', '/')).toBeUndefined()
  })

  it('never depends on the order in which routes are given', () => {
    const label = fc.constantFrom('a', 'b', 'c')
    const host = fc.oneof(
      fc.constant('*'),
      fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
      fc.array(label, { minLength: 1, maxLength: 2 }).map((labels) => `*.${labels.join('.')}`),
    )
    const prefix = fc.array(label, { maxLength: 2 }).map((segments) => `/${segments.join('/')}`)
    const routes = fc.uniqueArray(fc.tuple(host, prefix), { selector: (pair) => pair.join('|'), maxLength: 12 })
    const request = fc.tuple(
      fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
      fc.array(label, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`),
    )
    fc.assert(
      fc.property(routes, request, (pairs, [wanted, path]) => {
        const named = pairs.map(([on, under]) => [`${on}|${under}`, on, under] as const)
        const forwards = table(...named).match(wanted, path)?.name
        expect(table(...named.toReversed()).match(wanted, path)?.name).toBe(forwards)
      }),
    )
  })
})

describe('the host of a request', () => {
  it.each([
    ['Shop.Example.COM', 'shop.example.com'],
    ['shop.example.com:8080', 'shop.example.com'],
    ['shop.example.com.', 'shop.example.com'],
    ['shop.example.com.:443', 'shop.example.com'],
    ['[::1]:7480', '[::1]'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (authority, host) => {
    expect(plainHost(authority)).toBe(host)
  })
  it.each(['a b', 'a@b', 'user:pass@a.example', 'a/b', '', 'ä.example', 'a\tb', '::1', 'a:port'])(
    '"%s" is none',
    (authority) => {
      expect(plainHost(authority)).toBeUndefined()
    },
  )
})

describe('the path to match by', () => {
  it.each([
    ['/a/b?x=/../y', '/a/b'],
    ['/public/../admin', '/admin'],
    ['/public/%2e%2E/admin', '/admin'],
    ['/public/.%2e/admin', '/admin'],
    ['/a/./b', '/a/b'],
    ['/../../x', '/x'],
    ['/a/%2Fb', '/a/%2Fb'],
    ['/.well-known/acme', '/.well-known/acme'],
    ['/', '/'],
  ])('%s is %s', (target, path) => {
    expect(plainPath(target)).toBe(path)
  })
})
