import { describe, expect, it } from 'vitest'
import { clientOf, isProxyEntry, Proxies, refusedPlain } from './client.ts'

const proxies = new Proxies(['10.1.0.0/16', '192.0.2.9', '2001:db8::/32'])
const asked = (peer: string, forwardedFor?: string, forwardedProto?: string) => ({ peer, forwardedFor, forwardedProto })

describe('who asks', () => {
  it.each([
    ['203.0.113.5', undefined, '203.0.113.5'],
    ['::ffff:203.0.113.5', undefined, '203.0.113.5'],
    // Whoever is no proxy of ours may say what they like.
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    // What the client wrote itself stands in front of what the proxy heard.
    ['10.1.2.3', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '198.51.100.1, 192.0.2.9', '198.51.100.1'],
    ['2001:db8::5', '2001:dead::1', '2001:dead::1'],
    ['10.1.2.3', 'unknown', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
  ])('from %s with X-Forwarded-For %s is %s', (peer, forwardedFor, address) => {
    expect(clientOf(proxies, asked(peer, forwardedFor)).address).toBe(address)
  })

  it.each([
    ['10.1.2.3', 'https', true],
    ['10.1.2.3', 'http, HTTPS', true],
    ['10.1.2.3', 'https, http', false],
    ['10.1.2.3', undefined, false],
    ['203.0.113.5', 'https', false],
  ])('from %s with X-Forwarded-Proto %s came encrypted: %s', (peer, proto, isHttps) => {
    expect(clientOf(proxies, asked(peer, undefined, proto)).isHttps).toBe(isHttps)
  })
})

it.each([
  ['10.1.2.3', 'https', '/v1/machines', undefined],
  ['10.1.2.3', undefined, '/v1/machines', undefined],
  ['127.0.0.1', undefined, '/v1/machines', undefined],
  ['::ffff:127.0.0.1', undefined, '/v1/machines', undefined],
  ['203.0.113.5', undefined, '/v1/health', undefined],
  ['10.1.2.3', 'http', '/v1/machines', 'server.plain_http'],
  ['203.0.113.5', 'https', '/v1/machines', 'server.plain_http'],
  ['203.0.113.5', undefined, '/v1/health/../machines', 'server.plain_http'],
])('a request from %s with X-Forwarded-Proto %s for %s is refused with %s', (peer, proto, target, code) => {
  expect(refusedPlain(proxies, asked(peer, undefined, proto), target)?.code).toBe(code)
})

it.each([
  ['10.1.0.0/16', true],
  ['::1', true],
  ['2001:db8::/32', true],
  ['10.1.0.0/33', false],
  ['10.1.0.0/', false],
  ['proxy.example', false],
  ['10.1.0.0/8/8', false],
])('%s names a proxy: %s', (entry, expected) => {
  expect(isProxyEntry(entry)).toBe(expected)
})
